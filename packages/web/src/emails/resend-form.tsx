import { call } from '@likeness/client'
import { anonymous } from '../api/likeness.js'
import { EmailForm } from '../ui/email-form.js'

/** Asks for another link that verifies an address, without being signed in. */
export function ResendForm(props: { email?: string | undefined; hint?: string }) {
  return (
    <EmailForm
      send={(email) => call(anonymous, 'POST /v1/email-verifications', { body: { email } })}
      {...props}
    >
      If this address still has to be confirmed, a new link is on its way. Only the newest one works.
    </EmailForm>
  )
}
