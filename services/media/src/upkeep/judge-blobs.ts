import type { Database } from '@likeness/runtime/database'
import type { Tables } from '../database/database.js'
import { keepDirectUploads } from '../database/direct-uploads.table.js'
import { keepAvatarFiles, keepUploadFiles } from '../database/upkeep.queries.js'
import { isUnderWay } from '../database/uploads.table.js'
import {
  directEnding,
  originalEnding,
  uploadIdOf,
  variantOf,
  variantsPrefix,
} from '../uploads/upload-files.js'

type Db = Database<Tables>
type Blob = { readonly key: string }

/**
 * Tells the blobs that rows name from those that none does. Blobs under other keys than ours are neither.
 * @param blobs at most some hundred, since each is looked up
 */
export async function judgeBlobs<One extends Blob>(
  db: Db,
  blobs: readonly One[],
): Promise<{ named: One[]; orphans: One[] }> {
  const ofUploads = blobs.flatMap((blob) => {
    const id = uploadIdOf(blob.key)
    return id === undefined ? [] : [{ blob, id, isDirect: blob.key.endsWith(directEnding) }]
  })
  const ofAvatars = blobs.flatMap((blob) => {
    const variant = variantOf(blob.key)
    return variant ? [{ blob, ...variant }] : []
  })
  const isUploadNamed = await uploadNames(db, ofUploads)
  const prefixes = await namedPrefixes(db, [...new Set(ofAvatars.map(({ id }) => id))])
  const verdicts = new Map<Blob, boolean>([
    ...ofUploads.map((one): [Blob, boolean] => [one.blob, isUploadNamed(one)]),
    ...ofAvatars.map(({ blob, prefix }): [Blob, boolean] => [blob, prefixes.has(prefix)]),
  ])
  return {
    named: blobs.filter((blob) => verdicts.get(blob) === true),
    orphans: blobs.filter((blob) => verdicts.get(blob) === false),
  }
}

type OfUpload = { readonly blob: Blob; readonly id: string; readonly isDirect: boolean }

async function uploadNames(db: Db, blobs: readonly OfUpload[]): Promise<(one: OfUpload) => boolean> {
  const kept = await keepUploadFiles(
    db,
    blobs.map(({ id }) => id),
  )
  const awaited = await keepDirectUploads(
    db,
    blobs.filter(({ isDirect }) => isDirect).map(({ id }) => id),
  )
  return ({ blob, id, isDirect }) => {
    if (isDirect) return awaited.has(id)
    const files = kept.get(id)
    return files !== undefined && (files.original || !blob.key.endsWith(originalEnding))
  }
}

/** The folders of variants that are in use, or may be rendered right now. */
async function namedPrefixes(db: Db, ids: readonly string[]): Promise<Set<string>> {
  const named = new Set<string>()
  for (const { id, status, version, blob_prefix } of await keepAvatarFiles(db, ids)) {
    if (blob_prefix !== null) named.add(blob_prefix)
    // May be rendered right now, or ahead of its confirmation.
    if (isUnderWay(status)) named.add(variantsPrefix(id))
    if (status === 'confirmed' && version !== null) named.add(variantsPrefix(id, version))
  }
  return named
}
