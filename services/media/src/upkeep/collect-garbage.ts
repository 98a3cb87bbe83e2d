import type { UpkeepOptions } from '@likeness/runtime/upkeep'
import type { Deps } from '../deps.js'
import { attentionTo } from './file-cleaner.js'
import { judgeBlobs } from './judge-blobs.js'

const batch = 500

type Blob = { readonly key: string; readonly bytes: number }
type Collected = { blobs: number; bytes: number; attention?: string }

/**
 * Deletes blobs that no row names, left behind by a process that died between storing and committing, or between
 * committing and deleting. Blobs younger than the grace period may belong to a row not yet committed.
 */
export async function collectGarbage(
  deps: Deps,
  options: Pick<UpkeepOptions, 'dryRun' | 'signal'>,
): Promise<Collected> {
  const { signal } = options
  const total = { blobs: 0, bytes: 0 }
  const oldest = Date.now() - deps.config.GARBAGE_GRACE_SECONDS * 1000
  for (const prefix of ['uploads/', 'avatars/']) {
    if (signal?.aborted) break
    let pending: Blob[] = []
    const flush = async () => {
      const { orphans } = await judgeBlobs(deps.db, pending)
      pending = []
      if (!options.dryRun) await deps.storage.delete(orphans.map((blob) => blob.key))
      total.blobs += orphans.length
      total.bytes += orphans.reduce((sum, blob) => sum + blob.bytes, 0)
    }
    for await (const blob of deps.storage.list(prefix)) {
      if (blob.modifiedAt.getTime() <= oldest) pending.push(blob)
      if (pending.length >= batch) await flush()
      if (signal?.aborted) break
    }
    await flush()
  }
  return { ...total, ...attentionTo(0, signal) }
}
