import { call, isProblem, type LogIn, type Register } from '@likeness/client'
import { anonymous, session } from '../api/likeness.js'

/** `unverified`: the credentials are right, but the address has to be verified first. */
export type LogInOutcome = 'signed-in' | 'unverified'

/** The groups and the fields they ask for. Plain, since every byte here is of a first visit. */
export const readRegistration = {
  queryKey: ['registration'],
  queryFn: async ({ signal }: { signal: AbortSignal }) =>
    (await call(anonymous, 'GET /v1/users/registration', { signal })).body,
}

/** @throws LikenessError */
export async function logIn(credentials: LogIn): Promise<LogInOutcome> {
  try {
    await session.logIn(credentials)
    return 'signed-in'
  } catch (error) {
    if (isProblem(error, 'email-not-verified')) return 'unverified'
    throw error
  }
}

/** Creates the account, then logs in to it. @throws LikenessError */
export async function register(account: Register): Promise<LogInOutcome> {
  await call(anonymous, 'POST /v1/users', { body: account })
  return logIn({ login: account.username ?? account.email, password: account.password })
}

/** Leaves the session of a person whose sessions the server has ended, unless this one is another account's. */
export async function leaveEnded(): Promise<void> {
  if (session.state().status === 'signed-in') await session.logOut().catch(session.end)
}
