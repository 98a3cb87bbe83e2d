import { keepDirectUploads } from '../database/direct-uploads.table.js'
import { keepAvatarFiles, keepUploadFiles } from '../database/upkeep.queries.js'
import type { Deps } from '../deps.js'
import {
  directEnding,
  originalEnding,
  uploadIdOf,
  variantOf,
  variantsPrefix,
} from '../uploads/upload-files.js'

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

/** Blobs under other keys than ours are left alone. */
async function uploadOrphans(deps: Deps, blobs: readonly Blob[]): Promise<Blob[]> {
  const ours = blobs.flatMap((blob) => {
    const id = uploadIdOf(blob.key)
    return id === undefined ? [] : [{ blob, id, isDirect: blob.key.endsWith(directEnding) }]
  })
  const kept = await keepUploadFiles(
    deps.db,
    ours.map(({ id }) => id),
  )
  const awaited = await keepDirectUploads(
    deps.db,
    ours.filter(({ isDirect }) => isDirect).map(({ id }) => id),
  )
  const isKept = ({ blob, id, isDirect }: (typeof ours)[number]) => {
    if (isDirect) return awaited.has(id)
    const files = kept.get(id)
    return files !== undefined && (files.original || !blob.key.endsWith(originalEnding))
  }
  return ours.filter((one) => !isKept(one)).map(({ blob }) => blob)
}

async function avatarOrphans(deps: Deps, blobs: readonly Blob[]): Promise<Blob[]> {
  const ours = blobs.flatMap((blob) => {
    const variant = variantOf(blob.key)
    return variant ? [{ blob, ...variant }] : []
  })
  const rows = await keepAvatarFiles(deps.db, [...new Set(ours.map(({ id }) => id))])
  const kept = new Set<string>()
  for (const { id, status, version, blob_prefix } of rows) {
    if (blob_prefix !== null) kept.add(blob_prefix)
    // May be rendered right now, or ahead of its confirmation.
    if (status === 'pending' || status === 'confirmed') kept.add(variantsPrefix(id))
    if (status === 'confirmed' && version !== null) kept.add(variantsPrefix(id, version))
  }
  return ours.filter(({ prefix }) => !kept.has(prefix)).map(({ blob }) => blob)
}
