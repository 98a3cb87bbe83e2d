import { textsOf, useTexts } from '../language/texts.js'
import { Button } from '../ui/button.js'
import { FaultNotice } from '../ui/fault-notice.js'
import { Field } from '../ui/field.js'
import { entriesOf, useForm } from '../ui/use-form.js'
import { logIn } from './accounts.js'

/**
 * @param onForgot called with what is filled in so far
 * @param onUnverified the address of the account has to be verified first
 */
export function LogInForm(props: {
  onForgot: (login: string) => void
  onUnverified: (login: string) => void
}) {
  const words = useTexts(texts)
  const { form, fault, busy } = useForm(async ({ login = '', password = '' }) => {
    if ((await logIn({ login, password })) === 'unverified') props.onUnverified(login)
  })
  return (
    <form {...form} className="space-y-5">
      {fault && fault.fields.length === 0 && <FaultNotice fault={fault} />}
      <Field
        label={words.login}
        name="login"
        required
        autoComplete="username"
        autoCapitalize="none"
        spellCheck="false"
        error={fault?.field('login')}
      />
      <Field
        label={words.password}
        name="password"
        type="password"
        required
        autoComplete="current-password"
        error={fault?.field('password')}
      />
      <Button type="submit" look="primary" busy={busy} className="w-full">
        {words.logIn}
      </Button>
      <p className="-mb-3 text-center">
        <Button
          look="quiet"
          onClick={() => props.onForgot((form.ref.current && entriesOf(form.ref.current).login) ?? '')}
        >
          {words.forgot}
        </Button>
      </p>
    </form>
  )
}

const texts = textsOf({
  en: {
    login: 'E-mail or username',
    password: 'Password',
    logIn: 'Log in',
    forgot: 'Forgot your password?',
  },
  fr: {
    login: 'E-mail ou nom d’utilisateur',
    password: 'Mot de passe',
    logIn: 'Se connecter',
    forgot: 'Mot de passe oublié ?',
  },
})
