import { BlobNotFoundError, type BlobStore } from './blob-store.js'
import { mergeByKey } from './merge-by-key.js'

/**
 * One store of two, for the time in which blobs move from one to the other: everything is put into
 * `storage`, what it does not have is read from `fallback`, and a blob is deleted from both. Closing it
 * closes both.
 */
export function withFallback(storage: BlobStore, fallback: BlobStore): BlobStore {
  // The file of a blob may be in either store.
  const { fileOf: _, ...shared } = storage
  return {
    ...shared,
    async get(key) {
      try {
        return await storage.get(key)
      } catch (error) {
        if (!(error instanceof BlobNotFoundError)) throw error
        return fallback.get(key)
      }
    },
    async delete(keys) {
      // The fallback first: a blob left there would be found again.
      await fallback.delete(keys)
      await storage.delete(keys)
    },
    async *list(prefix) {
      for await (const { first, second } of mergeByKey(storage.list(prefix), fallback.list(prefix))) {
        const entry = first ?? second
        if (entry) yield entry
      }
    },
    async check() {
      await Promise.all([storage.check(), fallback.check()])
    },
    async close() {
      await Promise.all([storage.close(), fallback.close()])
    },
  }
}
