import type { LogIn, Me } from '../api.js'
import { read } from '../call.js'
import { createClient, type GetToken, type Language } from '../client.js'
import { LikenessError, unreachable } from '../error.js'
import { openSessionCore, type SessionState } from './session-core.js'
import { inLocalStorage, inMemory, type SessionStore } from './session-store.js'

/** A refresh that takes longer would keep every other tab waiting; milliseconds. */
const REFRESH_TIMEOUT = 30_000

export type SessionOptions = {
  /** The origin of Likeness; nothing in a page of that origin. */
  url?: string | undefined
  /**
   * `cookie`: the refresh token is in a cookie that no script can read, for pages of the same site. `bearer`: it is kept
   * in `store`, for programs and for pages of another site.
   */
  mode: 'cookie' | 'bearer'
  /** By default in local storage with `cookie`, where it is an id and no secret, else in memory. */
  store?: SessionStore | undefined
  /** In which language errors are told, as `createClient` takes it. */
  language?: Language | undefined
}

export type Session = {
  /** For `createClient`. */
  readonly getToken: GetToken
  readonly state: () => SessionState
  /** Calls back after every change of state, by another tab too; returns the function that stops it. */
  readonly subscribe: (changed: () => void) => () => void
  /**
   * Logs in. It is not tried again by itself: a person waits.
   * @throws LikenessError `invalid-credentials`, `email-not-verified`, `account-disabled`, `rate-limited` and others
   */
  readonly logIn: (credentials: LogIn) => Promise<Me>
  /**
   * Logs out here and on the server.
   * @throws LikenessError `unreachable` or `overloaded` when the server cannot be told: then the session goes on, since only
   * it can end it
   */
  readonly logOut: () => Promise<void>
  /** Forgets a session that has ended on the server, such as by a new password. */
  readonly end: () => void
}

/**
 * A session with the accounts of Likeness. The access token is renewed before it expires and when it is refused; no two
 * tabs and no two requests do so at once.
 */
export function createSession({ url, mode, store, language }: SessionOptions): Session {
  const anonymous = createClient({ url, language, retries: 1 })
  const cookies = mode === 'cookie'
  const core = openSessionCore({
    store: store ?? (cookies ? inLocalStorage() : inMemory()),
    refresh: ({ refreshToken }) =>
      read(anonymous, 'POST /v1/sessions/refresh', {
        cookies,
        body: refreshToken ? { refreshToken } : undefined,
        signal: AbortSignal.timeout(REFRESH_TIMEOUT),
      }).catch((error: unknown) => {
        throw error instanceof LikenessError ? error : unreachable(error)
      }),
    exclusively: inTurn(`likeness.session ${anonymous.url}`),
    now: () => performance.now(),
  })
  const { state, subscribe, getToken, end, open } = core
  return {
    state,
    subscribe,
    getToken,
    end,
    logIn: async (credentials) => {
      const query = { cookie: `${cookies}` } as const
      const input = { query, body: credentials, cookies, retries: 0 }
      return (await open(() => read(anonymous, 'POST /v1/sessions', input))).user
    },
    logOut: async () => {
      const client = { ...anonymous, getToken }
      try {
        await read(client, 'DELETE /v1/sessions/current', { cookies })
      } catch (error) {
        if (!(error instanceof LikenessError) || error.isPassing) throw error
      }
      end()
    },
  }
}

/**
 * Runs one thing at a time: in all tabs where the browser has locks, which are for https only, else in this one. There
 * the grace of the server for a lost answer has to suffice.
 */
function inTurn(name: string): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let queue: Promise<unknown> = Promise.resolve()
  return <Result>(work: () => Promise<Result>) => {
    const locks = typeof document === 'undefined' ? undefined : navigator.locks
    if (locks) return locks.request(name, work)
    const turn = queue.then(work)
    queue = turn.catch(() => undefined)
    return turn
  }
}
