import { CreateUploadQuery, ProblemBody, Upload } from '@likeness/contracts'
import { ImageError, probe } from '@likeness/images'
import { callerOf, isAtLeast, newId, type Server, type Transaction } from '@likeness/runtime'
import type { Tables } from '../database/database.js'
import type { Actor } from '../database/upload-events.table.js'
import { discardPending } from '../database/upload-transitions.js'
import { findOldestPending, insertUpload, type UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { admitUpload } from './admit-upload.js'
import { announce } from './announce.js'
import type { BytesInFlight } from './bytes-in-flight.js'
import { cleanFilename } from './clean-filename.js'
import { imageProblem } from './image-problem.js'
import { bytesAnnounced, type ReceivedImage, receiveImage } from './receive-image.js'
import { stageOriginal } from './stage-original.js'
import { deleteFiles, uploadFiles } from './upload-files.js'
import { viewUpload } from './upload-view.js'

/** POST /v1/uploads: step one. */
export function createUploadRoute(server: Server, deps: Deps, inFlight: BytesInFlight): void {
  const limit = deps.config.IMAGE_MAX_BYTES
  server.post(
    '/v1/uploads',
    {
      schema: {
        summary: 'Upload a picture: multipart field `image`, or the raw bytes',
        tags: ['uploads'],
        security: [{ accessToken: [] }],
        consumes: ['multipart/form-data', 'image/*'],
        querystring: CreateUploadQuery,
        response: { 201: Upload, '4xx': ProblemBody, '5xx': ProblemBody },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const { userId = caller.id, filename, replace } = request.query
      if (userId !== caller.id && !isAtLeast(caller.role, 'manager')) throw problem('forbidden')
      const row = await inFlight.hold(bytesAnnounced(request, limit), async () =>
        createUpload(
          deps,
          { userId, actor: { id: caller.id, ip: request.ip } },
          await receiveImage(request, limit, filename),
          {
            replaceOldest: replace === 'oldest',
          },
        ),
      )
      return reply
        .code(201)
        .header('location', `${deps.config.PUBLIC_URL}/v1/uploads/${row.id}`)
        .send(await viewUpload(deps, row))
    },
  )
}

/**
 * Stages a picture: its bytes are durable before its row says pending.
 * @throws Problem unsupported-image, invalid-image, too-many-pixels, image-too-small, too-many-pending,
 * rate-limited, storage-full; then nothing is kept
 */
export async function createUpload(
  deps: Deps,
  owner: { userId: string; actor: Actor },
  image: ReceivedImage,
  options: { replaceOldest: boolean },
): Promise<UploadRow> {
  const { config } = deps
  const bytes = Buffer.concat(image.chunks)
  const limits = { maxPixels: config.IMAGE_MAX_PIXELS, minPixels: config.IMAGE_MIN_SIDE }
  const header = await probe(bytes, limits).catch((error: unknown) => {
    throw error instanceof ImageError ? imageProblem(error, bytes, limits) : error
  })
  const key = { user_id: owner.userId, id: newId() }

  let replaced: UploadRow[] = []
  const row = await stageOriginal(deps, key, bytes, async (trx) => {
    const { pending } = await admitUpload(trx, config, owner.userId)
    const surplus = pending + 1 - config.PENDING_PER_USER
    if (surplus > 0 && !options.replaceOldest)
      throw problem('too-many-pending', { limit: config.PENDING_PER_USER })
    if (surplus > 0) replaced = await discardOldest(trx, owner, surplus, key.id)
    return insertUpload(
      trx,
      {
        ...key,
        original_filename: cleanFilename(image.filename),
        format: header.format,
        bytes: image.bytes,
        width: header.width,
        height: header.height,
        pages: header.pages,
        sha256: image.sha256,
      },
      config.PENDING_SECONDS,
      owner.actor,
    )
  })

  await deleteFiles(deps, replaced.flatMap(uploadFiles))
  await deps.enqueue('prepare-upload', { uploadId: row.id, userId: row.user_id })
  for (const gone of replaced) await announce(deps.bus, gone)
  return row
}

async function discardOldest(
  trx: Transaction<Tables>,
  { userId, actor }: { userId: string; actor: Actor },
  count: number,
  by: string,
): Promise<UploadRow[]> {
  const rows: UploadRow[] = []
  for (const id of await findOldestPending(trx, userId, count)) {
    const row = await discardPending(trx, { userId, id }, actor, `replaced by ${by}`)
    if (row) rows.push(row)
  }
  return rows
}
