import type { LogIn, Me, Register, RegistrationForm } from '@likeness/contracts'
import { me, sessions, users } from '@likeness/contracts/endpoints'
import { call } from '../api/call.js'
import { asFault, Fault } from '../api/fault.js'
import { session } from './browser-session.js'

/** `unverified`: the credentials are right, but the address has to be verified first. */
export type LogInOutcome = 'signed-in' | 'unverified'

export async function logIn(credentials: LogIn): Promise<LogInOutcome> {
  try {
    await session.open(async () => {
      const { body } = await call(sessions.logIn, { query: { cookie: 'true' }, body: credentials })
      return body
    })
    return 'signed-in'
  } catch (fault) {
    if (fault instanceof Fault && fault.code === 'email-not-verified') return 'unverified'
    throw fault
  }
}

/** The registration form of this deployment. */
export async function readRegistration(signal: AbortSignal): Promise<RegistrationForm> {
  const { body } = await call(users.registrationForm, {}, { signal })
  return body
}

/** Creates the account, then logs in to it. */
export async function register(account: Register): Promise<LogInOutcome> {
  await call(users.register, { body: account })
  return logIn({ login: account.username ?? account.email, password: account.password })
}

/**
 * Ends the session.
 * @throws Fault when the server cannot be told: only it can remove the cookie, so the session goes on
 */
export async function logOut(): Promise<void> {
  try {
    await session.authorized((token) => call(sessions.logOut, {}, { token }))
  } catch (thrown) {
    if (asFault(thrown).isPassing) throw thrown
  }
  session.end()
}

/** The signed-in user, with profile and avatar. */
export async function readMe(signal: AbortSignal): Promise<Me> {
  const { body } = await session.authorized((token) => call(me.read, {}, { token, signal }))
  return body
}
