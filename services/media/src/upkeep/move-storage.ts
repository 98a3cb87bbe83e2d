import { type BlobEntry, BlobNotFoundError, type BlobStore, mergeByKey } from '@likeness/storage'

/** Blobs handled at once; each may be in memory twice, as it was read and as it was copied. */
const atOnce = 8

/** The blobs a run has seen in the old storage, and those of them that the new one lacked. */
export type Moved = { seen: number; seenBytes: number; missing: number; missingBytes: number }

/**
 * Copies every blob that `to` lacks and reads each copy back to compare it. Services may keep using `from`;
 * a run that ends early is simply started again.
 * @param options `dryRun`: copy nothing, only count what is missing; `verify`: also compare the content of
 *   blobs that exist already, and count those that differ as missing
 * @param onProgress called after every blob
 * @throws Error when a copy differs from its source
 */
export async function moveStorage(
  from: BlobStore,
  to: BlobStore,
  options: { dryRun: boolean; verify: boolean },
  onProgress: (moved: Moved) => void = () => undefined,
): Promise<Moved> {
  const moved: Moved = { seen: 0, seenBytes: 0, missing: 0, missingBytes: 0 }
  const pairs = mergeByKey(from.list(''), to.list(''))
  const work = async () => {
    for await (const { key, first, second } of pairs) {
      if (!first) continue
      const isThere = await isDone({ first, second }, () => !options.verify || isSame(from, to, key))
      if (!isThere && !options.dryRun) await copy(from, to, key)
      moved.seen += 1
      moved.seenBytes += first.bytes
      moved.missing += isThere ? 0 : 1
      moved.missingBytes += isThere ? 0 : first.bytes
      onProgress(moved)
    }
  }
  // One failure ends the walk for all; it is thrown once nothing is under way any more.
  const ended = await Promise.allSettled(Array.from({ length: atOnce }, work))
  const failed = ended.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
  return moved
}

/** The content of a key does not change, so an equal size is done; of two sizes the newer blob is in use. */
function isDone(
  { first, second }: { first: BlobEntry; second: BlobEntry | undefined },
  isSameContent: () => boolean | Promise<boolean>,
): boolean | Promise<boolean> {
  if (!second) return false
  return second.bytes === first.bytes ? isSameContent() : second.modifiedAt > first.modifiedAt
}

async function copy(from: BlobStore, to: BlobStore, key: string): Promise<void> {
  const bytes = await unlessGone(from.get(key))
  if (!bytes) return
  await to.put(key, bytes)
  if (!(await isSame(from, to, key))) throw new Error(`The copy of ${key} is not what was copied`)
}

/** Whether both hold the same bytes; a blob deleted in the meantime counts as the same. */
async function isSame(from: BlobStore, to: BlobStore, key: string): Promise<boolean> {
  const [bytes, copied] = await Promise.all([unlessGone(from.get(key)), unlessGone(to.get(key))])
  return !bytes || !copied || bytes.equals(copied)
}

async function unlessGone(read: Promise<Buffer>): Promise<Buffer | undefined> {
  try {
    return await read
  } catch (error) {
    if (error instanceof BlobNotFoundError) return undefined
    throw error
  }
}
