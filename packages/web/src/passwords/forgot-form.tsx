import { call } from '@likeness/client'
import { anonymous } from '../api/likeness.js'
import { textsOf, useTexts } from '../language/texts.js'
import { EmailForm } from '../ui/email-form.js'

/** Asks for a link to choose a new password. @param email when it is already known */
export default function ForgotForm({ email }: { email?: string | undefined }) {
  const words = useTexts(texts)
  return (
    <EmailForm
      send={(address) => call(anonymous, 'POST /v1/password-resets', { body: { email: address } })}
      email={email}
      hint={words.hint}
    >
      {words.sent}
    </EmailForm>
  )
}

const texts = textsOf({
  en: {
    hint: 'We send a link to choose a new password.',
    sent: 'If there is an account with this address, a link to choose a new password is on its way. It works once, and not for long.',
  },
  fr: {
    hint: 'Nous envoyons un lien pour choisir un nouveau mot de passe.',
    sent: 'Si un compte a cette adresse, un lien pour choisir un nouveau mot de passe est en route. Il ne sert qu’une fois, et pour peu de temps.',
  },
})
