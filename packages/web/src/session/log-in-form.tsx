import { LogIn } from '@likeness/contracts'
import { Button } from '../ui/button.js'
import { FaultNotice } from '../ui/fault-notice.js'
import { Field } from '../ui/field.js'
import { logIn } from './accounts.js'
import { useForm } from './use-form.js'

export function LogInForm() {
  const { form, fault, busy } = useForm(LogIn, logIn)
  return (
    <form {...form} className="space-y-5">
      {fault && !fault.rest.errors && <FaultNotice fault={fault} />}
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
    </form>
  )
}
