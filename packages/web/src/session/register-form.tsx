import { Register } from '@likeness/contracts'
import { Button } from '../ui/button.js'
import { FaultNotice } from '../ui/fault-notice.js'
import { Field } from '../ui/field.js'
import { NewPasswordField } from '../ui/new-password-field.js'
import { useForm } from '../ui/use-form.js'
import { register } from './accounts.js'

/** @param onUnverified the account is made, and may be logged in to once its address is verified */
export function RegisterForm({ onUnverified }: { onUnverified: (email: string) => void }) {
  const { form, fault, busy } = useForm(Register, async (account) => {
    if ((await register(account)) === 'unverified') onUnverified(account.email)
  })
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
      <NewPasswordField error={fault?.field('password')} />
      <Button type="submit" look="primary" busy={busy} className="w-full">
        Create account
      </Button>
    </form>
  )
}
