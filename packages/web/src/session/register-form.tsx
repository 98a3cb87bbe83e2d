import { Register } from '@likeness/contracts'
import { Button } from '../ui/button.js'
import { FaultNotice } from '../ui/fault-notice.js'
import { Field } from '../ui/field.js'
import { register } from './accounts.js'
import { useForm } from './use-form.js'

export function RegisterForm() {
  const { form, fault, busy } = useForm(Register, register)
  return (
    <form {...form} className="space-y-5">
      {fault && !fault.rest.errors && <FaultNotice fault={fault} />}
      <Field
        label="Username"
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        error={fault?.field('username')}
      />
      <Field label="E-mail" name="email" type="email" autoComplete="email" error={fault?.field('email')} />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="new-password"
        hint="At least 12 characters. A few unrelated words work well."
        error={fault?.field('password')}
      />
      <Button type="submit" look="primary" busy={busy} className="w-full">
        Create account
      </Button>
    </form>
  )
}
