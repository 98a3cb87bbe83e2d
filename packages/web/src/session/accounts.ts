import { CookieLoggedIn, type LogIn, Me, type Register, RegistrationForm } from '@likeness/contracts'
import { call, Nothing } from '../api/call.js'
import { asFault, Fault } from '../api/fault.js'
import { session } from './browser-session.js'

/** `unverified`: the credentials are right, but the address has to be verified first. */
export type LogInOutcome = 'signed-in' | 'unverified'

export async function logIn(credentials: LogIn): Promise<LogInOutcome> {
  try {
    await session.open(() =>
      call({ method: 'POST', path: '/v1/sessions?cookie=true', body: credentials }, CookieLoggedIn),
    )
    return 'signed-in'
  } catch (fault) {
    if (fault instanceof Fault && fault.code === 'email-not-verified') return 'unverified'
    throw fault
  }
}

/** What registering asks for here. */
export const readRegistration = (signal: AbortSignal): Promise<RegistrationForm> =>
  call({ method: 'GET', path: '/v1/users/registration', signal }, RegistrationForm)

/** Makes the account, then logs in to it. */
export async function register(account: Register): Promise<LogInOutcome> {
  await call({ method: 'POST', path: '/v1/users', body: account }, Me)
  return logIn({ login: account.username ?? account.email, password: account.password })
}

/**
 * Ends the session.
 * @throws Fault when the server cannot be told: it alone can take the cookie away, so the session goes on
 */
export async function logOut(): Promise<void> {
  try {
    await session.authorized((token) =>
      call({ method: 'DELETE', path: '/v1/sessions/current', token }, Nothing),
    )
  } catch (thrown) {
    if (asFault(thrown).isPassing) throw thrown
  }
  session.end()
}

/** The signed-in user, with profile and avatar. */
export function readMe(signal: AbortSignal): Promise<Me> {
  return session.authorized((token) => call({ method: 'GET', path: '/v1/me', token, signal }, Me))
}
