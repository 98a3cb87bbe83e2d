import type { CookieLoggedIn, CookieTokens } from '@likeness/contracts'
import { Fault } from '../api/fault.js'

export type SessionState =
  | { readonly status: 'signed-in'; readonly userId: string }
  | { readonly status: 'signed-out'; readonly expired: boolean }

export type Session = {
  readonly state: () => SessionState
  /** Calls back after every change of state; returns the function that stops it. */
  readonly subscribe: (changed: () => void) => () => void
  /**
   * Logs in while no refresh is under way, because its cookie would replace the new one. Throws what `logIn` throws.
   */
  readonly open: (logIn: () => Promise<CookieLoggedIn>) => Promise<void>
  /**
   * Runs a request with an access token: a new one when the present one is about to expire, and once more
   * when the server refuses it all the same.
   * @throws Fault `session-ended` when there is no session (any more); else what the request throws
   */
  readonly authorized: <Result>(request: (token: string) => Promise<Result>) => Promise<Result>
  /** Forgets the session here; the caller has already ended it on the server. */
  readonly end: () => void
}

/** A token is renewed this long before it expires, for clocks and slow networks; milliseconds. */
const MARGIN = 30_000

/**
 * The session of this browser. The access token lives in memory only. The refresh token is in a cookie that no script
 * can read, one for all tabs, which also share whose session it is.
 *
 * @param deps `exclusively` keeps other tabs of this origin out while it runs, because using a rotated token   again
 * ends the session; `remembered.onChange` calls back when another tab changed who is signed in
 */
export function createSession(deps: {
  remembered: {
    read: () => string | undefined
    write: (userId: string | undefined) => void
    onChange: (changed: () => void) => void
  }
  refresh: () => Promise<CookieTokens>
  exclusively: <Result>(work: () => Promise<Result>) => Promise<Result>
  now: () => number
}): Session {
  const { remembered, now } = deps
  const listeners = new Set<() => void>()
  let state = stateOf(remembered.read(), false)
  let access: { token: string; expiresAt: number } | undefined
  let refreshing: Promise<string> | undefined

  function enter(next: SessionState): void {
    state = next
    for (const changed of listeners) changed()
  }

  function keep(tokens: CookieTokens): string {
    access = { token: tokens.accessToken, expiresAt: now() + tokens.expiresIn * 1000 - MARGIN }
    return tokens.accessToken
  }

  function forget(expired: boolean): void {
    access = undefined
    remembered.write(undefined)
    enter({ status: 'signed-out', expired })
  }

  async function renew(): Promise<string> {
    return deps.exclusively(async () => {
      // Read inside the lock: another tab may have logged out a moment ago.
      const before = remembered.read()
      if (before === undefined) throw sessionEnded()
      const tokens = await deps.refresh().catch((fault: unknown) => {
        if (!(fault instanceof Fault) || !endsSession(fault)) throw fault
        if (remembered.read() === before) forget(true)
        throw sessionEnded()
      })
      if (remembered.read() !== before) throw sessionEnded()
      return keep(tokens)
    })
  }

  /** One refresh serves all requests that need a token at once. */
  function freshToken(): Promise<string> {
    refreshing ??= renew().finally(() => {
      refreshing = undefined
    })
    return refreshing
  }

  remembered.onChange(() => {
    const userId = remembered.read()
    if (state.status === 'signed-in' && userId === state.userId) return
    access = undefined
    enter(stateOf(userId, false))
  })

  return {
    state: () => state,
    subscribe: (changed) => {
      listeners.add(changed)
      return () => listeners.delete(changed)
    },
    open: (logIn) =>
      deps.exclusively(async () => {
        const { user, ...tokens } = await logIn()
        keep(tokens)
        remembered.write(user.id)
        enter({ status: 'signed-in', userId: user.id })
      }),
    authorized: async (request) => {
      const current = access
      const token = current && current.expiresAt > now() ? current.token : await freshToken()
      try {
        return await request(token)
      } catch (fault) {
        if (!(fault instanceof Fault) || fault.code !== 'unauthenticated') throw fault
        // Another request may have renewed it while this one was on its way.
        return await request(access && access.token !== token ? access.token : await freshToken())
      }
    },
    end: () => forget(false),
  }
}

function stateOf(userId: string | undefined, expired: boolean): SessionState {
  return userId === undefined ? { status: 'signed-out', expired } : { status: 'signed-in', userId }
}

function endsSession(fault: Fault): boolean {
  return fault.rest.status === 400 || fault.rest.status === 401 || fault.rest.status === 403
}

const sessionEnded = (): Fault =>
  new Fault('session-ended', 'Your session has ended', 'Log in again to continue.', { status: 401 })
