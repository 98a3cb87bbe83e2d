import { ImageError, probe } from '@likeness/images'
import type { NewUpload, UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { jobsFor } from '../queue.js'
import { announce } from './announce.js'
import { imageProblem } from './image-problem.js'
import { stageOriginal } from './stage-original.js'
import { deleteFiles, uploadFiles } from './upload-files.js'

/** A picture that is here, whichever way it came. */
export type ArrivedImage = {
  readonly id: string
  readonly filename: string | null
  readonly chunks: readonly Buffer[]
  readonly bytes: number
  /** hexadecimal */
  readonly sha256: string
}

/** The row of a new upload, and the uploads discarded for it. */
export type Staged = { readonly row: UploadRow; readonly replaced: readonly UploadRow[] }

/**
 * Stages a picture: its header is probed and its bytes are durable before its row says pending.
 * @param commit inserts the row, or throws when there is no room
 * @throws Problem unsupported-image, invalid-image, too-many-pixels, image-too-small, storage-full, and those
 * of `commit`; then nothing is kept
 */
export async function stageImage(
  deps: Deps,
  userId: string,
  image: ArrivedImage,
  commit: (upload: NewUpload) => Promise<Staged>,
): Promise<UploadRow> {
  const { config } = deps
  const { id, chunks, bytes, sha256 } = image
  const limits = { maxPixels: config.IMAGE_MAX_PIXELS, minPixels: config.IMAGE_MIN_SIDE }
  const { format, width, height, pages } = await probe(chunks, limits).catch((error: unknown) => {
    throw error instanceof ImageError ? imageProblem(error, Buffer.concat(chunks), limits) : error
  })
  const key = { user_id: userId, id }
  const file = { original_filename: image.filename, bytes, sha256 }
  const { row, replaced } = await stageOriginal(deps, key, chunks, () =>
    commit({ ...key, ...file, format, width, height, pages }),
  )
  deps.enqueue(jobsFor(row.format).prepare, { uploadId: row.id, userId: row.user_id })
  await deleteFiles(deps, replaced.flatMap(uploadFiles))
  for (const gone of replaced) await announce(deps.bus, gone)
  return row
}
