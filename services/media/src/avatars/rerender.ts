import { extensionOf, VariantFormat } from '@likeness/contracts'
import { toAccounts } from '@likeness/contracts/endpoints'
import { ImageError, probe, type Variant } from '@likeness/images'
import { BlobNotFoundError } from '@likeness/storage'
import {
  type AvatarRow,
  countIncompleteAvatars,
  extendAvatar,
  findIncompleteAvatars,
  picturesOf,
  uploadOf,
} from '../database/avatars.table.js'
import { findUpload, lockUser, type UploadRow } from '../database/uploads.table.js'
import type { WorkerDeps } from '../deps.js'
import { announce } from '../uploads/announce.js'
import { deleteFiles, fileOfVariant, originalKey } from '../uploads/upload-files.js'

const batch = 200

/** The avatars a run found without a size or format, and what became of them. */
export type Rerendered = {
  incomplete: number
  rendered: number
  /** Their original is not kept any more, so they stay as they are. */
  withoutOriginal: number
  /** Their original did not decode this time. */
  failed: number
}

/**
 * Renders the sizes and formats that avatars lack since the configuration changed, from their kept originals. Variants
 * that exist stay as they are. Each avatar is done by itself, so a run that ends early is simply started again.
 * @param options `dryRun`: only count what is incomplete
 * @param onProgress called after every avatar, with how many were incomplete when the run began
 */
export async function rerender(
  deps: WorkerDeps,
  options: { dryRun: boolean },
  onProgress: (seen: Rerendered, total: number) => void = () => undefined,
): Promise<Rerendered> {
  const seen: Rerendered = { incomplete: 0, rendered: 0, withoutOriginal: 0, failed: 0 }
  const wanted = { sizes: deps.config.AVATAR_SIZES, formats: deps.config.AVATAR_FORMATS }
  const total = await countIncompleteAvatars(deps.db, wanted)
  let last: AvatarRow | undefined
  do {
    const rows = await findIncompleteAvatars(deps.db, wanted, last, batch)
    last = rows.at(-1)
    const left = rows.values()
    const work = async () => {
      for (const row of left) {
        seen.incomplete += 1
        if (!options.dryRun) seen[await completeAvatar(deps, row, wholeOf(row, wanted))] += 1
        onProgress(seen, total)
      }
    }
    await Promise.all(Array.from({ length: deps.config.DECODERS }, work))
  } while (last)
  return seen
}

type Whole = Pick<AvatarRow, 'sizes' | 'formats'>

const wholeOf = (row: Whole, wanted: Whole): Whole => ({
  sizes: [...new Set([...row.sizes, ...wanted.sizes])].toSorted((a, b) => a - b),
  formats: VariantFormat.options.filter((one) => [...row.formats, ...wanted.formats].includes(one)),
})

async function completeAvatar(
  deps: WorkerDeps,
  row: AvatarRow,
  whole: Whole,
): Promise<'rendered' | 'withoutOriginal' | 'failed'> {
  const upload = await findUpload(deps.db, uploadOf(row))
  const original = upload && (await readKept(deps, originalKey(upload)))
  if (!original) return 'withoutOriginal'
  let variants: Variant[]
  try {
    variants = await renderMissing(deps, row, whole, { original, upload })
  } catch (error) {
    if (!(error instanceof ImageError)) throw error
    deps.logger.warn({ err: error, uploadId: upload.id }, 'could not render missing variants')
    return 'failed'
  }
  const keyOf = ({ size, format }: Variant) => `${row.blob_prefix}/${size}.${extensionOf[format]}`
  await deps.storage.putFolder(row.blob_prefix, variants.map(fileOfVariant))

  // Shown before it is marked complete, so that a run that ends in between does this one again.
  await show(deps, { ...row, ...whole })
  const complete = await deps.db.transaction().execute(async (trx) => {
    await lockUser(trx, row.user_id)
    return extendAvatar(trx, upload, whole)
  })
  // Erased while this was storing.
  if (!complete) await deleteFiles(deps, variants.map(keyOf))
  // Restored in the meantime, and shown without the new variants.
  else if (complete.version !== row.version) await show(deps, complete)
  announce(deps.bus, upload)
  return 'rendered'
}

async function readKept(deps: WorkerDeps, key: string): Promise<Buffer | undefined> {
  return deps.storage.get(key).catch((error: unknown) => {
    if (error instanceof BlobNotFoundError) return undefined
    throw error
  })
}

/** Renders only what is missing: the bytes under an immutable address must never change. */
async function renderMissing(
  deps: WorkerDeps,
  row: AvatarRow,
  whole: Whole,
  { original, upload }: { original: Buffer; upload: UploadRow },
): Promise<Variant[]> {
  const { config, decoder } = deps
  const lacksSize = whole.sizes.some((size) => !row.sizes.includes(size))
  const variants = await decoder.render(original, {
    ...(upload.crop ? { crop: upload.crop } : {}),
    sizes: whole.sizes,
    formats: lacksSize ? whole.formats : whole.formats.filter((format) => !row.formats.includes(format)),
    background: config.AVATAR_BACKGROUND,
    avifEffort: config.AVIF_EFFORT,
    frames: await countFrames(deps, row, upload),
    maxPixels: config.IMAGE_MAX_PIXELS,
  })
  return variants.filter(({ size, format }) => !row.sizes.includes(size) || !row.formats.includes(format))
}

/** An avatar is a still in every size or moves in every size, whatever is configured now. */
async function countFrames(deps: WorkerDeps, row: AvatarRow, upload: UploadRow): Promise<number> {
  const { ANIMATED_FRAMES } = deps.config
  if (upload.pages === 1) return 1
  const made = row.formats.includes('webp')
    ? await readKept(deps, `${row.blob_prefix}/${row.sizes[0]}.webp`)
    : undefined
  if (!made) return Math.min(upload.pages, ANIMATED_FRAMES)
  const { pages } = await probe(made, { maxPixels: 2048 ** 2, minPixels: 1 })
  // Equal frames were merged, so it may have fewer than it was rendered from.
  return pages === 1 ? 1 : Math.min(upload.pages, Math.max(pages, ANIMATED_FRAMES))
}

/** Gives the profile that shows this avatar the new addresses. */
async function show({ accounts, db }: WorkerDeps, avatar: AvatarRow): Promise<void> {
  if (!avatar.live) return
  // Read after the revision, so the text may be newer than that but never older.
  const upload = await findUpload(db, uploadOf(avatar))
  if (!upload) return
  await accounts(toAccounts.setAvatar, {
    params: { id: avatar.user_id },
    body: {
      ...picturesOf(avatar),
      revision: avatar.text_revision,
      uploadId: upload.id,
      // There was no new decision.
      actor: null,
      thumbhash: upload.thumbhash,
      altText: upload.alt_text,
      restored: false,
    },
  })
}
