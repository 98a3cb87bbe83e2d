import { LoggedIn, type LogIn, type Register, Registered, User } from '@likeness/contracts'
import { z } from 'zod'
import { call } from '../api/call.js'
import { session } from './browser-session.js'

export async function logIn(credentials: LogIn): Promise<void> {
  const { user, ...tokens } = await call(
    { method: 'POST', path: '/v1/sessions', body: credentials },
    LoggedIn,
  )
  session.start(user.id, tokens)
}

/** Makes the account, then logs in to it. */
export async function register(account: Register): Promise<void> {
  await call({ method: 'POST', path: '/v1/users', body: account }, Registered)
  await logIn({ login: account.username, password: account.password })
}

/** Ends the session here in any case; the server hears of it when it can be reached. */
export async function logOut(): Promise<void> {
  try {
    await session.authorized((token) =>
      call({ method: 'DELETE', path: '/v1/sessions/current', token }, z.undefined()),
    )
  } finally {
    session.end()
  }
}

/** The signed-in user, with profile and avatar. */
export function readMe(signal: AbortSignal): Promise<User> {
  return session.authorized((token) => call({ method: 'GET', path: '/v1/me', token, signal }, User))
}
