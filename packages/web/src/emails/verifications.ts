import type { ConfirmedEmail, StoppedEmailChange } from '@likeness/contracts'
import { emails } from '@likeness/contracts/endpoints'
import { call } from '../api/call.js'
import { logOut } from '../session/accounts.js'
import { session } from '../session/browser-session.js'

/** Verifies the address a link was sent to. The token works once. */
export async function confirmEmail(token: string): Promise<ConfirmedEmail> {
  const { body } = await call(emails.verify, { body: { token } })
  return body
}

/** Sends the link to an address again; the answer never reveals whether the address is waiting for one. */
export async function sendLinkTo(email: string): Promise<void> {
  await call(emails.resendVerification, { body: { email } })
}

/** Sends the link to the signed-in user again. */
export async function sendMyLink(): Promise<void> {
  await session.authorized((token) => call(emails.resendVerification, {}, { token }))
}

/** Stops a change of address. Every session of the account ends; a user signed in here logs in again. */
export async function stopEmailChange(token: string): Promise<StoppedEmailChange> {
  const { body } = await call(emails.stopChange, { body: { token } })
  // The session has already ended on the server, unless it belongs to another account.
  if (session.state().status === 'signed-in') await logOut().catch(session.end)
  return body
}
