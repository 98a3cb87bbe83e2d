import { mostOf } from '@likeness/runtime/most-of'
import { Problem } from '@likeness/runtime/problem'
import { LRUCache } from 'lru-cache'
import { countRefusedUpload } from '../database/refused-uploads.table.js'
import type { Deps } from '../deps.js'
import { rateEnd, rateLimited, rateSince } from './admit-upload.js'

/** Refusals that say nothing against what was sent: wait, or it was sent before. */
const free = new Set(['rate-limited', 'request-in-progress', 'idempotency-key-reused'])
const mostRemembered = 10_000

export type UploadRates = {
  /** @throws Problem rate-limited, before a byte is read, while the user is known to have no uploads left */
  assertLeft(userId: string): void
  /** Runs work that makes an upload for a user, and remembers when they have none left. @throws as `assertLeft` */
  within<Result>(userId: string, work: () => Promise<Result>): Promise<Result>
  /**
   * Runs work that receives an upload, and counts a refusal like an accepted upload of the sender.
   * @throws Problem rate-limited in place of the refusal when the sender has none left
   */
  counting<Result>(senderId: string, work: () => Promise<Result>): Promise<Result>
}

/** The uploads of each user in ten minutes. The database counts; this process remembers the users who have none left. */
export function openUploadRates({ db, config, logger }: Pick<Deps, 'db' | 'config' | 'logger'>): UploadRates {
  const spentUntil = new LRUCache<string, Date>(mostOf(mostRemembered))

  function assertLeft(userId: string): void {
    const until = spentUntil.get(userId)
    if (until !== undefined && until > new Date()) throw rateLimited(until, config)
  }

  function remember(userId: string, error: unknown): unknown {
    if (error instanceof Problem && error.code === 'rate-limited') {
      spentUntil.set(userId, new Date(Date.now() + Number(error.details.parameters?.seconds) * 1000))
    }
    return error
  }

  return {
    assertLeft,

    async within(userId, work) {
      assertLeft(userId)
      return work().catch((error: unknown) => {
        throw remember(userId, error)
      })
    },

    async counting(senderId, work) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof Problem) || error.kind.status >= 500 || free.has(error.code)) throw error
        const limits = { recent: config.UPLOADS_PER_10_MINUTES, since: rateSince() }
        const { counted, first } = await countRefusedUpload(db, senderId, error.code, limits).catch(
          (fault: unknown) => {
            logger.warn({ err: fault }, 'could not count a refused upload')
            return { counted: true, first: null }
          },
        )
        throw counted ? error : remember(senderId, rateLimited(rateEnd(first), config))
      }
    },
  }
}
