import type { ResetPassword } from '@likeness/contracts'
import { call, Nothing } from '../api/call.js'
import { logOut } from '../session/accounts.js'
import { session } from '../session/browser-session.js'

const path = '/v1/password-resets'

/** Sends a link to choose a new password; the answer never tells whether the address is known. */
export async function requestReset(email: string): Promise<void> {
  await call({ method: 'POST', path, body: { email } }, Nothing)
}

/** Sets a new password. Every session of the account ends; whoever is signed in here logs in again. */
export async function resetPassword(reset: ResetPassword): Promise<void> {
  await call({ method: 'POST', path: `${path}/confirm`, body: reset }, Nothing)
  // Ended on the server already, unless it is of another account.
  if (session.state().status === 'signed-in') await logOut().catch(session.end)
}
