import type { CookieLoggedIn, CookieTokens, LoggedIn, Tokens } from '../api.js'
import { isProblem, type LikenessError, sessionEnded } from '../error.js'
import type { Kept, SessionStore } from './session-store.js'

export type SessionState =
  | { readonly status: 'signed-in'; readonly userId: string }
  /** `expired`: it was ended, not left. */
  | { readonly status: 'signed-out'; readonly expired: boolean }

/** A token is renewed this long before it expires, for slow networks; milliseconds. */
const MARGIN = 30_000

/**
 * Whose session it is, and its access token, which lives in memory only.
 *
 * @param deps `refresh` exchanges the refresh token for the next ones; `exclusively` keeps everything else with this
 * session out while it runs, other tabs too, because using a rotated token again ends the session; `now` counts
 * milliseconds from anywhere, whatever the clock of the machine says
 */
export function openSessionCore(deps: {
  store: SessionStore
  refresh: (kept: Kept) => Promise<CookieTokens | Tokens>
  exclusively: <Result>(work: () => Promise<Result>) => Promise<Result>
  now: () => number
}) {
  const { store, now } = deps
  const listeners = new Set<() => void>()
  let state = stateOf(store.read(), false)
  let access: { token: string; expiresAt: number } | undefined
  let refreshing: Promise<string> | undefined

  function enter(next: SessionState): void {
    state = next
    for (const changed of listeners) changed()
  }

  function keep(userId: string, tokens: CookieTokens | Tokens): string {
    access = { token: tokens.accessToken, expiresAt: now() + tokens.expiresIn * 1000 - MARGIN }
    store.write({ userId, ...('refreshToken' in tokens && { refreshToken: tokens.refreshToken }) })
    return tokens.accessToken
  }

  function forget(expired: boolean): void {
    access = undefined
    store.write(undefined)
    enter({ status: 'signed-out', expired })
  }

  const isStill = (kept: Kept) => store.read()?.userId === kept.userId

  async function renew(): Promise<string> {
    return deps.exclusively(async () => {
      // Read inside the lock: another tab may have logged out or renewed it a moment ago.
      const kept = store.read()
      if (kept === undefined) throw sessionEnded()
      const tokens = await deps.refresh(kept).catch((error: unknown) => {
        if (!endsSession(error)) throw error
        if (isStill(kept)) forget(true)
        throw sessionEnded()
      })
      if (!isStill(kept)) throw sessionEnded()
      return keep(kept.userId, tokens)
    })
  }

  store.onChange?.(() => {
    const userId = store.read()?.userId
    if (state.status === 'signed-in' && userId === state.userId) return
    access = undefined
    enter(stateOf(store.read(), false))
  })

  return {
    state: (): SessionState => state,
    /** Calls back after every change of state; returns the function that stops it. */
    subscribe: (changed: () => void): (() => void) => {
      listeners.add(changed)
      return () => listeners.delete(changed)
    },
    /** Logs in while no refresh is under way, because its tokens would replace the new ones. */
    open: <Opened extends LoggedIn | CookieLoggedIn>(logIn: () => Promise<Opened>): Promise<Opened> =>
      deps.exclusively(async () => {
        const opened = await logIn()
        keep(opened.user.id, opened)
        enter({ status: 'signed-in', userId: opened.user.id })
        return opened
      }),
    /**
     * An access token: a new one when the present one is about to expire, or was refused. One refresh serves all who
     * need it at once.
     * @throws LikenessError `session-ended` when there is no session (any more), else what refreshing throws
     */
    getToken: async (refused?: string): Promise<string> => {
      if (access && access.token !== refused && access.expiresAt > now()) return access.token
      refreshing ??= renew().finally(() => {
        refreshing = undefined
      })
      return refreshing
    },
    /** Forgets it here; the caller has already ended it on the server. */
    end: (): void => forget(false),
  }
}

const stateOf = (kept: Kept | undefined, expired: boolean): SessionState =>
  kept === undefined ? { status: 'signed-out', expired } : { status: 'signed-in', userId: kept.userId }

const endsSession = (error: unknown): error is LikenessError =>
  isProblem(error) && error.status >= 400 && error.status < 500 && error.status !== 429
