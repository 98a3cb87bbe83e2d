import type { EndedSessions } from '@likeness/contracts'
import type { Caller } from './caller.js'
import type { Logger } from './logger.js'

/** Which sessions ended although access tokens of theirs have not expired yet. */
export type EndedSessionsView = {
  /** Whether the caller's session has ended, as far as the last look tells. */
  readonly isEnded: (caller: Caller) => boolean
  /** Looks at once, for who knows that some have just ended. */
  readonly look: () => Promise<void>
  close(): void
}

/** A session that ended is known within this time. */
const everyMs = 2_000
// Services start in any order, so the first looks may fail.
const failuresBeforeWarning = 5

/**
 * Looks for ended sessions every 2 s and remembers each until its last access token has expired. While the
 * source is away, what is known stays known; a token then lives at most until it expires.
 * @param look answers what ended since a time; undefined asks for a token's lifetime
 * @param tokenSeconds lifetime of an access token
 */
export async function openEndedSessions(
  look: (since: string | undefined) => Promise<EndedSessions>,
  options: { tokenSeconds: number; logger: Logger },
): Promise<EndedSessionsView> {
  const ended = new Map<string, number>()
  let since: string | undefined
  let failures = 0

  async function lookAgain(): Promise<void> {
    try {
      const { sessions, until } = await look(since)
      since = until
      failures = 0
      const forget = Date.now() + options.tokenSeconds * 1000 + 60_000
      for (const id of sessions) ended.set(id, forget)
      for (const [id, at] of ended) if (at < Date.now()) ended.delete(id)
    } catch (error) {
      failures += 1
      if (failures === failuresBeforeWarning)
        options.logger.warn({ err: error }, 'ended sessions cannot be read; trying again')
    }
  }

  let timer: NodeJS.Timeout | undefined
  let closed = false
  async function goOn(): Promise<void> {
    await lookAgain()
    if (!closed) timer = setTimeout(() => void goOn(), everyMs).unref()
  }
  await goOn()
  return {
    isEnded: (caller) => ended.has(caller.sessionId),
    look: lookAgain,
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}
