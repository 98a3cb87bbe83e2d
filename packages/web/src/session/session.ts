import type { Tokens } from '@likeness/contracts'
import { Fault } from '../api/fault.js'

/** Who is signed in, as far as this browser remembers. */
export type Identity = { readonly userId: string; readonly refreshToken: string }

export type SessionState =
  | { readonly status: 'signed-in'; readonly userId: string }
  | { readonly status: 'signed-out'; readonly expired: boolean }

export type Session = {
  readonly state: () => SessionState
  /** Calls back after every change of state; gives the function that stops it. */
  readonly subscribe: (changed: () => void) => () => void
  readonly start: (userId: string, tokens: Tokens) => void
  /**
   * Runs a request with an access token: a new one when the present one is about to expire, and once more
   * when the server refuses it all the same.
   * @throws Fault `session-ended` when there is no session (any more); else what the request throws
   */
  readonly authorized: <Result>(request: (token: string) => Promise<Result>) => Promise<Result>
  /** Forgets the tokens here; the caller ends the session on the server before. */
  readonly end: () => void
}

/** A token is renewed this long before it expires, for clocks and slow networks; milliseconds. */
const MARGIN = 30_000

/**
 * The tokens of this browser. The access token lives in memory only; of the refresh token there is one per
 * browser, shared by its tabs, because using a rotated one again ends the session.
 *
 * @param deps `exclusively` keeps other tabs of this origin out while it runs; `remembered.onChange` calls
 *   back when another tab changed it
 */
export function createSession(deps: {
  remembered: {
    read: () => Identity | undefined
    write: (identity: Identity | undefined) => void
    onChange: (changed: () => void) => void
  }
  refresh: (refreshToken: string) => Promise<Tokens>
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

  function keep(userId: string, tokens: Tokens): string {
    access = { token: tokens.accessToken, expiresAt: now() + tokens.expiresIn * 1000 - MARGIN }
    remembered.write({ userId, refreshToken: tokens.refreshToken })
    return tokens.accessToken
  }

  function forget(expired: boolean): void {
    access = undefined
    remembered.write(undefined)
    enter({ status: 'signed-out', expired })
  }

  async function renew(): Promise<string> {
    return deps.exclusively(async () => {
      // Read inside the lock: another tab may have rotated it, or logged out, a moment ago.
      const before = remembered.read()
      if (before === undefined) throw sessionEnded()
      const tokens = await deps.refresh(before.refreshToken).catch((fault: unknown) => {
        if (!(fault instanceof Fault) || !endsSession(fault)) throw fault
        if (remembered.read()?.refreshToken === before.refreshToken) forget(true)
        throw sessionEnded()
      })
      if (remembered.read()?.refreshToken !== before.refreshToken) throw sessionEnded()
      return keep(before.userId, tokens)
    })
  }

  /** However many requests need a token at once, one refresh serves them all. */
  function freshToken(): Promise<string> {
    refreshing ??= renew().finally(() => {
      refreshing = undefined
    })
    return refreshing
  }

  remembered.onChange(() => {
    const identity = remembered.read()
    if (state.status === 'signed-in' && identity?.userId === state.userId) return
    access = undefined
    enter(stateOf(identity, false))
  })

  return {
    state: () => state,
    subscribe: (changed) => {
      listeners.add(changed)
      return () => listeners.delete(changed)
    },
    start: (userId, tokens) => {
      keep(userId, tokens)
      enter({ status: 'signed-in', userId })
    },
    authorized: async (request) => {
      const current = access
      const token = current && current.expiresAt > now() ? current.token : await freshToken()
      try {
        return await request(token)
      } catch (fault) {
        if (!(fault instanceof Fault) || fault.code !== 'unauthenticated') throw fault
        // Someone else may have renewed it while this request was on its way.
        return await request(access && access.token !== token ? access.token : await freshToken())
      }
    },
    end: () => forget(false),
  }
}

function stateOf(identity: Identity | undefined, expired: boolean): SessionState {
  return identity === undefined
    ? { status: 'signed-out', expired }
    : { status: 'signed-in', userId: identity.userId }
}

function endsSession(fault: Fault): boolean {
  return fault.rest.status === 400 || fault.rest.status === 401 || fault.rest.status === 403
}

const sessionEnded = (): Fault =>
  new Fault('session-ended', 'Your session has ended', 'Log in again to go on.', { status: 401 })
