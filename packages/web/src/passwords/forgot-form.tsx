import { call } from '@likeness/client'
import { anonymous } from '../api/likeness.js'
import { EmailForm } from '../ui/email-form.js'

/** Asks for a link to choose a new password. @param email when it is already known */
export function ForgotForm({ email }: { email?: string | undefined }) {
  return (
    <EmailForm
      send={(address) => call(anonymous, 'POST /v1/password-resets', { body: { email: address } })}
      email={email}
      hint="We send a link to choose a new password."
    >
      If there is an account with this address, a link to choose a new password is on its way. It works once,
      and not for long.
    </EmailForm>
  )
}
