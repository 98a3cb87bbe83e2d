import type { Bus } from '@likeness/runtime'
import { LRUCache } from 'lru-cache'
import { type AvatarRow, findLiveAvatar } from '../database/avatars.table.js'
import type { Deps } from '../deps.js'
import { erasedTopic } from '../erasure/erase-user.job.js'
import { uploadsTopic } from '../uploads/announce.js'

// Even when a notice is missed, every process serves a new avatar within this time.
const liveTtlMs = 1_000
const mostUsers = 100_000

/** The pictures and pointers a process serves most, in memory. */
export type AvatarCache = {
  /** The version a user shows now. */
  live(userId: string): Promise<AvatarRow | undefined>
  /** The bytes under a key; one read per key however many ask. Throws BlobNotFoundError. */
  picture(key: string): Promise<Buffer>
}

/** Drops a user's pointer whenever a notice says that something of theirs changed. */
export async function openAvatarCache(
  deps: Pick<Deps, 'db' | 'storage' | 'config'> & { bus: Bus },
): Promise<AvatarCache> {
  const lives = new LRUCache<string, Promise<AvatarRow | undefined>>({ max: mostUsers, ttl: liveTtlMs })
  const most = deps.config.PICTURE_CACHE_BYTES
  const pictures =
    most > 0
      ? new LRUCache<string, Buffer>({ maxSize: most, sizeCalculation: (bytes) => bytes.length + 200 })
      : undefined
  const reading = new Map<string, Promise<Buffer>>()
  await deps.bus.subscribe(erasedTopic, ({ userId }) => {
    lives.delete(String(userId))
    for (const key of pictures?.keys() ?? []) if (key.startsWith(`avatars/${userId}/`)) pictures?.delete(key)
  })
  await deps.bus.subscribe(uploadsTopic, (notice) => lives.delete(String(notice.userId)))

  return {
    live(userId) {
      const known = lives.get(userId)
      if (known) return known
      const asked = findLiveAvatar(deps.db, userId)
      lives.set(userId, asked)
      asked.catch(() => lives.delete(userId))
      return asked
    },
    async picture(key) {
      const kept = pictures?.get(key)
      if (kept) return kept
      const underway = reading.get(key)
      if (underway) return underway
      const read = deps.storage.get(key)
      reading.set(key, read)
      try {
        const bytes = await read
        pictures?.set(key, bytes)
        return bytes
      } finally {
        reading.delete(key)
      }
    },
  }
}
