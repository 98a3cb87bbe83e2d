import { EmailForm } from '../ui/email-form.js'
import { sendLinkTo } from './verifications.js'

/** Asks for another link that verifies an address, without being signed in. */
export function ResendForm(props: { email?: string | undefined; hint?: string }) {
  return (
    <EmailForm send={sendLinkTo} {...props}>
      If this address still has to be confirmed, a new link is on its way. Only the newest one works.
    </EmailForm>
  )
}
