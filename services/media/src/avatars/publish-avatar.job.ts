import { ImageError } from '@likeness/images'
import { hasFiles, unsetLive } from '../database/avatars.table.js'
import { findPublication, type ShownAvatar } from '../database/publications.queries.js'
import { markFailed } from '../database/refusals.queries.js'
import { type StoredVariants, showRendered } from '../database/upload-transitions.js'
import { type ConfirmedRow, lockUser } from '../database/uploads.table.js'
import type { WorkerDeps } from '../deps.js'
import { announce } from '../uploads/announce.js'
import { announceShown, finishPublication, tellAccounts } from '../uploads/finish-publication.js'
import { prepareFrom, readOriginal } from '../uploads/prepare-upload.job.js'
import { refuseUpload } from '../uploads/refuse-upload.js'
import { aheadFiles, aheadOf, isCentre, recipeOf } from '../uploads/render-ahead.js'
import { unlessClosed } from '../uploads/unless-closed.js'
import { avatarFiles, deleteFiles, fileOfVariant, variantsPrefix } from '../uploads/upload-files.js'

/**
 * The job of a confirmed upload: render its variants, make them live, tell accounts. Each step commits, so
 * a job that dies is taken up where it stopped, and running it twice changes nothing more.
 */
export async function publishAvatar(
  deps: WorkerDeps,
  { uploadId, userId, version }: { uploadId: string; userId: string; version: number },
): Promise<void> {
  // What is being made from the picture at this moment need not be made twice.
  await deps.preparing.get(uploadId)
  const found = await findPublication(deps.db, { user_id: userId, id: uploadId, version })
  if (!found) return
  const { decider } = found
  const rendered = found.avatar
    ? { row: found.row, avatar: found.avatar }
    : await unlessClosed(deps, found.row, () => renderAvatar(deps, found.row))
  if (!rendered) return
  const [known] = await Promise.all([
    tellAccounts(deps, { ...rendered, decider }),
    // Meanwhile, since it takes a sync.
    deleteFiles(deps, rendered.replaced ?? []),
  ])
  if (!known) return giveUp(deps, rendered.row)
  await finishPublication(deps, rendered.row)
}

type Rendered = {
  readonly row: ConfirmedRow
  readonly avatar: ShownAvatar
  /** The files rendered ahead that are shown no more. */
  readonly replaced?: string[]
}

/** Makes this version live unless a later decision was made. @returns undefined when it was refused or closed */
async function renderAvatar(deps: WorkerDeps, confirmed: ConfirmedRow): Promise<Rendered | undefined> {
  const row = confirmed.prepared_at ? confirmed : await prepare(deps, confirmed)
  if (!row) return undefined
  const variants = findAhead(deps, row) ?? (await storeVariants(deps, row))
  if (!variants) return undefined

  const shown = await showRendered(deps.db, row, variants)
  if (!shown) {
    // Another run of this job came first, or it was closed while this one was storing.
    if (!(await hasFiles(deps.db, row, variants))) await deleteFiles(deps, avatarFiles(variants))
    const now = await findPublication(deps.db, row)
    return now?.avatar && { row, avatar: now.avatar }
  }
  const isAhead = variants.blob_prefix === variantsPrefix(row.id)
  const replaced = isAhead ? [] : aheadFiles({ id: row.id, rendered_ahead: shown.rendered_ahead })
  return { row, avatar: announceShown(deps, row, variants, shown), replaced }
}

/** Confirmed before it was decoded: decoding comes first, and may end it. */
async function prepare(deps: WorkerDeps, row: ConfirmedRow): Promise<ConfirmedRow | undefined> {
  if (!(await prepareFrom(deps, row, await readOriginal(deps, row)))) return undefined
  return (await findPublication(deps.db, row))?.row
}

/** The variants that were rendered ahead, if they are those to show. */
function findAhead({ config }: WorkerDeps, row: ConfirmedRow): StoredVariants | undefined {
  const ahead = aheadOf(config, row)
  return isCentre(row, row.crop) && row.rendered_ahead === ahead.recipe ? ahead : undefined
}

/** Renders the variants and stores them under the version. @returns undefined when the picture was refused */
async function storeVariants(deps: WorkerDeps, row: ConfirmedRow): Promise<StoredVariants | undefined> {
  const { config, storage } = deps
  const original = await readOriginal(deps, row)
  const recipe = recipeOf(config)
  const blob_prefix = variantsPrefix(row.id, row.version)
  try {
    const variants = await deps.decoderOf(row.format).render(original, {
      ...recipe,
      ...(row.crop ? { crop: row.crop } : {}),
      frames: Math.min(row.pages, recipe.frames),
      maxPixels: config.IMAGE_MAX_PIXELS,
    })
    await storage.putFolder(blob_prefix, variants.map(fileOfVariant))
    return { blob_prefix, sizes: recipe.sizes, formats: recipe.formats }
  } catch (error) {
    if (!(error instanceof ImageError)) throw error
    await refuseUpload(deps, row, error)
    return undefined
  }
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
