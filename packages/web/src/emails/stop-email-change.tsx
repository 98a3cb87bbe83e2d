import { call, type LikenessError, type StoppedEmailChange } from '@likeness/client'
import { useMutation } from '@tanstack/react-query'
import { anonymous, asFault, isDeadLink } from '../api/likeness.js'
import { ForgotForm } from '../passwords/forgot-form.js'
import { leaveEnded } from '../session/accounts.js'
import { Button } from '../ui/button.js'
import { FaultNotice } from '../ui/fault-notice.js'
import { AlertIcon, CheckIcon, MailIcon } from '../ui/icons.js'
import { LinkPage } from '../ui/link-page.js'

/**
 * Stops a pending change of address. It takes a click, because it logs every device out and mail scanners open links.
 */
export function StopEmailChange({ token }: { token: string }) {
  const stop = useMutation({ mutationFn: () => stopEmailChange(token) })
  if (stop.data) return <Stopped email={stop.data.email} />
  const fault = stop.error ? asFault(stop.error) : undefined
  if (fault && isDeadLink(fault)) return <DeadLink fault={fault} />
  return (
    <LinkPage title="Stop the change of your address?" icon={<MailIcon />}>
      <p className="text-soft">
        Your account keeps its current e-mail address, and every device that is logged in will be logged out.
      </p>
      {fault && <FaultNotice fault={fault} />}
      <Button look="primary" className="w-full" busy={stop.isPending} onClick={() => stop.mutate()}>
        Stop the change
      </Button>
    </LinkPage>
  )
}

function Stopped({ email }: { email: string }) {
  return (
    <LinkPage title="Your address stays" icon={<CheckIcon />}>
      <p className="wrap-anywhere">
        <b className="font-semibold">{email}</b> is still the e-mail address of your account, and every device
        was logged out.
      </p>
      <p>The person who asked for the change knew your password. Choose another one now.</p>
      <ForgotForm email={email} />
    </LinkPage>
  )
}

function DeadLink({ fault }: { fault: LikenessError }) {
  return (
    <LinkPage title={fault.title} icon={<AlertIcon />} look="bad">
      <p>
        This link has no change of address to stop: it was already stopped, it expired, or the new address was
        confirmed. If you did not ask for it, choose a new password.
      </p>
      <ForgotForm />
    </LinkPage>
  )
}

/** Every session of the account ends; a user signed in here logs in again. */
async function stopEmailChange(token: string): Promise<StoppedEmailChange> {
  const { body } = await call(anonymous, 'POST /v1/email-changes/stop', { body: { token } })
  await leaveEnded()
  return body
}
