import { extensionOf } from '@likeness/contracts'
import { toAccounts } from '@likeness/contracts/endpoints'
import { ImageError } from '@likeness/images'
import {
  findAvatar,
  findLiveAvatar,
  findNewestDecision,
  insertAvatar,
  picturesOf,
  unsetLive,
  uploadOf,
} from '../database/avatars.table.js'
import { hasUntoldText } from '../database/descriptions.queries.js'
import { giveUpOriginal } from '../database/retention.queries.js'
import { findDecider } from '../database/upload-events.table.js'
import { markFailed, markPublished, markRendered, markSuperseded } from '../database/upload-transitions.js'
import { type ConfirmedRow, findUpload, lockUser, type UploadRow } from '../database/uploads.table.js'
import type { WorkerDeps } from '../deps.js'
import { announce } from '../uploads/announce.js'
import { prepareFrom, readOriginal } from '../uploads/prepare-upload.job.js'
import { refuseUpload } from '../uploads/refuse-upload.js'
import { avatarFiles, deleteFiles, originalKey, variantsPrefix } from '../uploads/upload-files.js'

/**
 * The job of a confirmed upload: render its variants, make them live, tell accounts. Each step commits, so
 * a job that dies is taken up where it stopped, and running it twice changes nothing more.
 */
export async function publishAvatar(
  deps: WorkerDeps,
  { uploadId, userId, version }: { uploadId: string; userId: string; version: number },
): Promise<void> {
  const row = await findUpload(deps.db, { user_id: userId, id: uploadId })
  if (row?.status !== 'confirmed' || row.version !== version) return
  const confirmed = { ...row, version }
  if (!row.rendered_at && !(await renderAvatar(deps, confirmed))) return
  await tellAccounts(deps, confirmed)
}

/** Stores every variant, then makes this version live unless a later decision was made. @returns false when it was refused */
async function renderAvatar(deps: WorkerDeps, row: ConfirmedRow): Promise<boolean> {
  const { config, db, storage } = deps
  const original = await readOriginal(deps, row)
  if (!original) return false
  // Confirmed before it was decoded: decoding comes first, and may end it.
  if (!row.prepared_at && !(await prepareFrom(deps, row, original))) return false
  const avatar = {
    sizes: config.AVATAR_SIZES,
    formats: config.AVATAR_FORMATS,
    blob_prefix: variantsPrefix(row.id, row.version),
    path_version: row.version,
  }
  try {
    const variants = await deps.decoderOf(row.format).render(original, {
      ...(row.crop ? { crop: row.crop } : {}),
      sizes: avatar.sizes,
      formats: avatar.formats,
      background: config.AVATAR_BACKGROUND,
      avifEffort: config.AVIF_EFFORT,
      frames: Math.min(row.pages, config.ANIMATED_FRAMES),
      maxPixels: config.IMAGE_MAX_PIXELS,
    })
    await Promise.all(
      variants.map(({ size, format, bytes }) =>
        storage.put(`${avatar.blob_prefix}/${size}.${extensionOf[format]}`, bytes),
      ),
    )
  } catch (error) {
    if (!(error instanceof ImageError)) throw error
    await refuseUpload(deps, row, error)
    return false
  }

  const changed = await db.transaction().execute(async (trx) => {
    await lockUser(trx, row.user_id)
    const rendered = await markRendered(trx, row)
    // Another run of this job came first.
    if (!rendered) return []
    const live = await findLiveAvatar(trx, row.user_id)
    const newest = (await findNewestDecision(trx, row.user_id)) < row.version
    if (newest) await unsetLive(trx, row.user_id)
    await insertAvatar(trx, {
      ...avatar,
      user_id: row.user_id,
      version: row.version,
      upload_id: row.id,
      live: newest,
    })
    const superseded = newest && live ? await markSuperseded(trx, uploadOf(live), row.version) : undefined
    return superseded ? [rendered, superseded] : [rendered]
  })
  if (changed.length === 0 && !(await findUpload(db, row))) {
    // Erased while this job was storing.
    await deleteFiles(deps, avatarFiles(avatar))
    return false
  }
  for (const one of changed) announce(deps.bus, one)
  return true
}

/** Shows the version in the profile when it is the newest, then marks the upload published. */
async function tellAccounts(deps: WorkerDeps, row: ConfirmedRow): Promise<void> {
  const { db, accounts } = deps
  const avatar = await findAvatar(db, row)
  if (avatar?.live) {
    // Read again after the revision: the placeholder and the text may be newer than the row this job began with.
    const { thumbhash, alt_text: altText } = (await findUpload(db, row)) ?? row
    const told = await accounts(toAccounts.setAvatar, {
      params: { id: row.user_id },
      body: {
        ...picturesOf(avatar),
        revision: avatar.text_revision,
        uploadId: row.id,
        thumbhash,
        altText,
        actor: (await findDecider(db, row)) ?? null,
        restored: avatar.path_version !== row.version,
      },
    })
    if (!told.ok) return giveUp(deps, row)
  }
  let hasNewText = false
  const published = await db.transaction().execute(async (trx) => {
    await lockUser(trx, row.user_id)
    const marked = await markPublished(trx, row, row.version)
    hasNewText = await hasUntoldText(trx, row)
    const newest = await findNewestDecision(trx, row.user_id)
    if (!marked || newest === row.version) return marked
    // A later decision overtook it.
    return (await markSuperseded(trx, row, newest)) ?? marked
  })
  if (!published) return
  if (hasNewText) deps.enqueue('tell-description', { userId: row.user_id, uploadId: row.id })
  announce(deps.bus, published)
  await dropOriginal(deps, published)
}

/** Deletes the original at once where none are kept; if this process dies first, `prune` finds it. */
async function dropOriginal(deps: WorkerDeps, upload: UploadRow): Promise<void> {
  if (deps.config.KEEP_ORIGINALS !== 0) return
  if (await giveUpOriginal(deps.db, upload)) await deleteFiles(deps, [originalKey(upload)])
}

/** Ends the upload of a user whom accounts no longer knows. */
async function giveUp(deps: WorkerDeps, row: ConfirmedRow): Promise<void> {
  const failed = await deps.db.transaction().execute(async (trx) => {
    await lockUser(trx, row.user_id)
    await unsetLive(trx, row.user_id)
    return markFailed(trx, row, { code: 'user-not-found', detail: 'The user no longer exists.' }, true)
  })
  if (failed) announce(deps.bus, failed)
}
