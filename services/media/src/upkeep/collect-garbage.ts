import { keepDirectUploads } from '../database/direct-uploads.table.js'
import { keepAvatarFiles, keepUploadFiles } from '../database/upkeep.queries.js'
import type { Deps } from '../deps.js'
import { directEnding, originalEnding } from '../uploads/upload-files.js'

const batch = 500

type Blob = { readonly key: string; readonly bytes: number }
type Collected = { blobs: number; bytes: number }

/**
 * Deletes blobs that no row names, left behind by a process that died between storing and committing, or between
 * committing and deleting. Blobs younger than the grace period may belong to a row not yet committed.
 */
export async function collectGarbage(deps: Deps, options: { dryRun: boolean }): Promise<Collected> {
  const total: Collected = { blobs: 0, bytes: 0 }
  const oldest = Date.now() - deps.config.GARBAGE_GRACE_SECONDS * 1000
  for (const [prefix, orphansOf] of [
    ['uploads/', uploadOrphans],
    ['avatars/', avatarOrphans],
  ] as const) {
    let pending: Blob[] = []
    const flush = async () => {
      const orphans = pending.length > 0 ? await orphansOf(deps, pending) : []
      pending = []
      if (!options.dryRun) await deps.storage.delete(orphans.map((blob) => blob.key))
      total.blobs += orphans.length
      total.bytes += orphans.reduce((sum, blob) => sum + blob.bytes, 0)
    }
    for await (const blob of deps.storage.list(prefix)) {
      if (blob.modifiedAt.getTime() <= oldest) pending.push(blob)
      if (pending.length >= batch) await flush()
    }
    await flush()
  }
  return total
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** `uploads/<userId>/<uploadId>.…`; anything else there is left alone. */
async function uploadOrphans(deps: Deps, blobs: readonly Blob[]): Promise<Blob[]> {
  const idOf = (blob: Blob) => blob.key.split('/')[2]?.split('.')[0] ?? ''
  const isDirect = (blob: Blob) => blob.key.endsWith(directEnding)
  const ours = blobs.filter((blob) => uuid.test(idOf(blob)))
  const kept = await keepUploadFiles(deps.db, ours.map(idOf))
  const awaited = await keepDirectUploads(deps.db, ours.filter(isDirect).map(idOf))
  const isKept = (blob: Blob) => {
    if (isDirect(blob)) return awaited.has(idOf(blob))
    const files = kept.get(idOf(blob))
    return files !== undefined && (files.original || !blob.key.endsWith(originalEnding))
  }
  return ours.filter((blob) => !isKept(blob))
}

/** `avatars/<userId>/<version>/…` */
async function avatarOrphans(deps: Deps, blobs: readonly Blob[]): Promise<Blob[]> {
  const userOf = (blob: Blob) => blob.key.split('/')[1] ?? ''
  const prefixOf = (blob: Blob) => blob.key.split('/', 3).join('/')
  const ours = blobs.filter((blob) => uuid.test(userOf(blob)) && /^avatars\/[^/]+\/\d+\//.test(blob.key))
  const kept = await keepAvatarFiles(
    deps.db,
    [...new Set(ours.map(userOf))],
    [...new Set(ours.map(prefixOf))],
  )
  return ours.filter((blob) => !kept.has(prefixOf(blob)))
}
