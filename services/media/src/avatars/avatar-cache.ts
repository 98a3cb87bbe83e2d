import { toAccounts } from '@likeness/contracts/endpoints'
import { LRUCache } from 'lru-cache'
import { type AddressedPicture, findAddressed } from '../database/addressed-pictures.queries.js'
import { type AvatarRow, findLiveAvatar } from '../database/avatars.table.js'
import type { Deps } from '../deps.js'
import { erasedTopic, uploadsTopic } from '../topics.js'
import type { HotAnswers } from './hot-answers.js'
import { openLookup, openLookupOfTwo } from './lookup.js'
import { openMaking } from './making.js'

// Even when a notice is missed, every process serves a new avatar within a second: this plus hot answers.
const liveTtlMs = 700
// A new nickname, or a withdrawn consent to be found, shows after this time, like a cached picture.
const personTtlMs = 60_000
// Someone waits for a picture, and there is one that needs no answer from accounts.
const accountsMs = 1_000
const most = 100_000

/** Keeps what a process serves most in memory: pictures, pointers to them, and what accounts says about people. */
export type AvatarCache = {
  /** The version a user shows now. */
  live(userId: string): Promise<AvatarRow | undefined>
  /** The picture behind an address with this version. */
  addressed(userId: string, version: number): Promise<AddressedPicture | undefined>
  /** The initials of a user; undefined for an unknown user. Rejects when accounts is away. */
  initials(userId: string): Promise<string | undefined>
  /** The discoverable user with this hash of an e-mail address. Rejects when accounts is away. */
  userOfHash(hash: string): Promise<string | undefined>
  /**
   * The bytes under a key, read once however many ask. Throws BlobNotFoundError.
   * @param userId whose picture it is; undefined for one that is drawn
   * @param make makes bytes that are not stored, under a key that no blob has. Throws Problem `overloaded` when too
   *   many wait to be made
   */
  picture(userId: string | undefined, key: string, make?: () => Promise<Buffer>): Promise<Buffer>
}

/**
 * A notice that something of a user changed drops their pointers and all hot answers; a notice that a picture was erased
 * drops their pictures too.
 */
export async function openAvatarCache(
  { db, storage, config, accounts, bus }: Pick<Deps, 'db' | 'storage' | 'config' | 'accounts' | 'bus'>,
  hot: HotAnswers,
): Promise<AvatarCache> {
  const lives = openLookup((userId) => findLiveAvatar(db, userId), { most, ttlMs: liveTtlMs })
  const addressed = openLookupOfTwo<number, AddressedPicture | undefined>(
    (user_id, version) => findAddressed(db, { user_id, version: Number(version) }),
    { most, ttlMs: liveTtlMs },
  )
  const initials = openLookup(
    async (id) => {
      const answer = await accounts(toAccounts.readInitials, { params: { id } }, { timeoutMs: accountsMs })
      return answer.ok ? answer.body.initials : undefined
    },
    { most, ttlMs: personTtlMs },
  )
  const users = openLookup(
    async (hash) => {
      const answer = await accounts(
        toAccounts.findByEmailHash,
        { params: { hash } },
        { timeoutMs: accountsMs },
      )
      return answer.ok ? answer.body.userId : undefined
    },
    { most, ttlMs: personTtlMs },
  )
  const pictures =
    config.PICTURE_CACHE_BYTES > 0
      ? new LRUCache<string, Buffer>({
          maxSize: config.PICTURE_CACHE_BYTES,
          sizeCalculation: (bytes) => bytes.length + 200,
        })
      : undefined
  const making = openMaking()
  const reading = new Map<string, Promise<Buffer>>()
  function forgetPictures(userId: string): void {
    const isTheirs = (name: string) => name.startsWith(userId)
    for (const name of reading.keys()) if (isTheirs(name)) reading.delete(name)
    for (const name of pictures?.keys() ?? []) if (isTheirs(name)) pictures?.delete(name)
  }
  function forgetPointers(userId: string): void {
    hot.forget()
    lives.forget(userId)
    addressed.forget(userId)
  }
  await bus.subscribe(erasedTopic, ({ userId }) => {
    forgetPointers(String(userId))
    initials.forget(String(userId))
    forgetPictures(String(userId))
  })
  await bus.subscribe(uploadsTopic, ({ userId, status }) => {
    forgetPointers(String(userId))
    if (status === 'erased') forgetPictures(String(userId))
  })

  return {
    live: lives.get,
    addressed: addressed.get,
    initials: initials.get,
    userOfHash: users.get,
    async picture(userId, key, make) {
      // A key does not tell whose picture it is, and an erasure has to find it.
      const name = `${userId ?? ''} ${key}`
      const kept = pictures?.get(name)
      if (kept) return kept
      const underway = reading.get(name)
      if (underway) return underway
      const read = make ? making(make) : storage.get(key)
      reading.set(name, read)
      try {
        const bytes = await read
        // Not if it was erased in the meantime.
        if (reading.get(name) === read) pictures?.set(name, bytes)
        return bytes
      } finally {
        if (reading.get(name) === read) reading.delete(name)
      }
    },
  }
}
