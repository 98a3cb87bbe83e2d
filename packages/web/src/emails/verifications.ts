import { ConfirmedEmail, StoppedEmailChange } from '@likeness/contracts'
import { call, Nothing } from '../api/call.js'
import { logOut } from '../session/accounts.js'
import { session } from '../session/browser-session.js'

const path = '/v1/email-verifications'

/** Verifies the address a link was sent to. The token works once. */
export function confirmEmail(token: string): Promise<ConfirmedEmail> {
  return call({ method: 'POST', path: `${path}/confirm`, body: { token } }, ConfirmedEmail)
}

/** Sends the link to an address again; the answer never tells whether it waits for one. */
export async function sendLinkTo(email: string): Promise<void> {
  await call({ method: 'POST', path, body: { email } }, Nothing)
}

/** Sends the link to whoever is signed in again. */
export async function sendMyLink(): Promise<void> {
  await session.authorized((token) => call({ method: 'POST', path, token }, Nothing))
}

/** Stops a change of address. Every session of the account ends; whoever is signed in here logs in again. */
export async function stopEmailChange(token: string): Promise<StoppedEmailChange> {
  const body = { token }
  const stopped = await call({ method: 'POST', path: '/v1/email-changes/stop', body }, StoppedEmailChange)
  // Ended on the server already, unless it is of another account.
  if (session.state().status === 'signed-in') await logOut().catch(session.end)
  return stopped
}
