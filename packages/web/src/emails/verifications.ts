import { ConfirmedEmail } from '@likeness/contracts'
import { call, Nothing } from '../api/call.js'
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
