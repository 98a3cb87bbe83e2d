import { LogIn } from '@likeness/contracts'
import { Button } from '../ui/button.js'
import { FaultNotice } from '../ui/fault-notice.js'
import { Field } from '../ui/field.js'
import { useForm } from '../ui/use-form.js'
import { logIn } from './accounts.js'

/**
 * @param onForgot called with what is filled in so far
 * @param onUnverified the address of the account has to be verified first
 */
export function LogInForm(props: {
  onForgot: (login: string) => void
  onUnverified: (login: string) => void
}) {
  const { form, fault, busy } = useForm(LogIn, async (credentials) => {
    if ((await logIn(credentials)) === 'unverified') props.onUnverified(credentials.login)
  })
  return (
    <form {...form} className="space-y-5">
      {fault && fault.fields.length === 0 && <FaultNotice fault={fault} />}
      <Field
        label="E-mail or username"
        name="login"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        error={fault?.field('login')}
      />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        error={fault?.field('password')}
      />
      <Button type="submit" look="primary" busy={busy} className="w-full">
        Log in
      </Button>
      <p className="-mb-3 text-center">
        <Button look="quiet" onClick={() => props.onForgot(loginIn(form.ref.current))}>
          Forgot your password?
        </Button>
      </p>
    </form>
  )
}

function loginIn(form: HTMLFormElement | null): string {
  const login = form && new FormData(form).get('login')
  return typeof login === 'string' ? login : ''
}
