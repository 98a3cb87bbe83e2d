import type { ResetPassword } from '@likeness/contracts'
import { emails } from '@likeness/contracts/endpoints'
import { call } from '../api/call.js'
import { logOut } from '../session/accounts.js'
import { session } from '../session/browser-session.js'

/** Sends a link to choose a new password; the answer never reveals whether the address is known. */
export async function requestReset(email: string): Promise<void> {
  await call(emails.requestReset, { body: { email } })
}

/** Sets a new password. Every session of the account ends; a user signed in here logs in again. */
export async function resetPassword(reset: ResetPassword): Promise<void> {
  await call(emails.resetPassword, { body: reset })
  // The session has already ended on the server, unless it belongs to another account.
  if (session.state().status === 'signed-in') await logOut().catch(session.end)
}
