import type { Crop } from '@likeness/contracts'
import { ImageError, type PictureSource, type Variant } from '@likeness/images'
import type { MediaConfig } from '../config.js'
import { hasFiles } from '../database/avatars.table.js'
import { markRenderedAhead } from '../database/upload-transitions.js'
import { findUpload, type UploadRow } from '../database/uploads.table.js'
import type { WorkerDeps } from '../deps.js'
import { avatarFiles, deleteFiles, fileOfVariant, uploadFiles, variantsPrefix } from './upload-files.js'

/** How variants are made, apart from the crop. Those rendered ahead serve only while this is still configured. */
export const recipeOf = (config: MediaConfig) => ({
  sizes: config.AVATAR_SIZES,
  formats: config.AVATAR_FORMATS,
  background: config.AVATAR_BACKGROUND,
  avifEffort: config.AVIF_EFFORT,
  frames: config.ANIMATED_FRAMES,
})
type Recipe = ReturnType<typeof recipeOf>

/** The variants that are rendered ahead of a confirmation with this configuration. */
export function aheadOf(config: MediaConfig, { id }: Pick<UploadRow, 'id'>) {
  const recipe = recipeOf(config)
  return {
    recipe: JSON.stringify(recipe),
    blob_prefix: variantsPrefix(id),
    sizes: recipe.sizes,
    formats: recipe.formats,
  }
}

/** Whether a crop shows what was rendered ahead: the middle of the picture, as large as it can be. */
export function isCentre({ width, height }: Pick<UploadRow, 'width' | 'height'>, crop: Crop | null): boolean {
  if (crop === null) return true
  const side = Math.min(width, height)
  const isMiddle = (start: number, length: number) => Math.abs(2 * start + side - length) <= 1
  return crop.width === side && crop.height === side && isMiddle(crop.x, width) && isMiddle(crop.y, height)
}

/** The files of an upload that is given up: the original, the preview, and what was rendered ahead. */
export const stagedFiles = (row: Pick<UploadRow, 'id' | 'rendered_ahead'>): string[] => [
  ...uploadFiles(row),
  ...aheadFiles(row),
]

/** The variants that were rendered ahead, whatever is configured now. */
export function aheadFiles({ id, rendered_ahead }: Pick<UploadRow, 'id' | 'rendered_ahead'>): string[] {
  if (rendered_ahead === null) return []
  const { sizes, formats }: Recipe = JSON.parse(rendered_ahead)
  return avatarFiles({ blob_prefix: variantsPrefix(id), sizes, formats })
}

/** Whether a run died between the preview and the variants: nothing is rendered ahead of the confirmation. */
export const lacksAhead = (
  { RENDER_AHEAD }: MediaConfig,
  { status, rendered_ahead }: Pick<UploadRow, 'status' | 'rendered_ahead'>,
): boolean => RENDER_AHEAD === 'true' && status === 'pending' && rendered_ahead === null

/** Renders ahead what such a run left. A picture that cannot be rendered fails once it is confirmed. */
export async function renderAhead(deps: WorkerDeps, row: UploadRow, original: PictureSource): Promise<void> {
  const { config } = deps
  const options = { ...recipeOf(config), maxPixels: config.IMAGE_MAX_PIXELS }
  const variants = await deps
    .decoderOf(row.format)
    .render(original, options, { yields: true })
    .catch((error: unknown) => {
      if (!(error instanceof ImageError)) throw error
      return undefined
    })
  if (variants) await storeAhead(deps, row, variants)
}

/**
 * Keeps variants that were rendered ahead, unless the upload was closed or rendered with another crop in the meantime, or
 * there is no space for them. A worker that is taken for dead may do the same as the one that took its job over: neither
 * deletes what the other has stored.
 */
export async function storeAhead(
  deps: Pick<WorkerDeps, 'db' | 'storage' | 'logger' | 'config'>,
  row: UploadRow,
  variants: readonly Variant[],
): Promise<void> {
  const ahead = aheadOf(deps.config, row)
  const stored = await deps.storage.putFolder(ahead.blob_prefix, variants.map(fileOfVariant)).then(
    () => true,
    (error: unknown) => {
      deps.logger.warn({ err: error, uploadId: row.id }, 'could not store variants ahead')
      return false
    },
  )
  if (stored && (await markRenderedAhead(deps.db, row, ahead.recipe))) return
  const now = await findUpload(deps.db, row)
  const isNamed = (now && now.rendered_ahead !== null) || (await hasFiles(deps.db, row, ahead))
  if (!isNamed) await deleteFiles(deps, avatarFiles(ahead))
}
