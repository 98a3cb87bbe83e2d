import { textsOf, useTexts } from '../language/texts.js'
import { Field } from './field.js'

/** The field for a new password. @param error the rules it breaks @param label where it stands beside the present one */
export function NewPasswordField({ error, label }: { error: string | undefined; label?: string }) {
  const words = useTexts(texts)
  return (
    <Field
      label={label ?? words.password}
      name="password"
      type="password"
      required
      autoComplete="new-password"
      hint={words.hint}
      error={error}
    />
  )
}

const texts = textsOf({
  en: { password: 'Password', hint: 'At least 12 characters. A few unrelated words work well.' },
  fr: {
    password: 'Mot de passe',
    hint: 'Au moins 12 caractères. Quelques mots sans rapport conviennent bien.',
  },
})
