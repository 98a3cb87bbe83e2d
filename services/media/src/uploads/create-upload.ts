import { CreateUploadQuery, ProblemBody, Upload } from '@likeness/contracts'
import { callerOf, isAtLeast, newId, type Server } from '@likeness/runtime'
import { stageUpload } from '../database/open-uploads.queries.js'
import type { Actor } from '../database/upload-events.table.js'
import { insertUpload, type NewUpload, type UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { rateSince, storedLimit } from './admit-upload.js'
import type { BytesInFlight } from './bytes-in-flight.js'
import { cleanFilename } from './clean-filename.js'
import { makeRoom } from './make-room.js'
import { bytesAnnounced, type ReceivedImage, receiveImage } from './receive-image.js'
import { type Staged, stageImage } from './stage-image.js'
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
 * Stages a picture that came with the request.
 * @throws Problem those of `stageImage`, `admitUpload` and `makeRoom`; then nothing is kept
 */
export async function createUpload(
  deps: Deps,
  owner: { userId: string; actor: Actor },
  image: ReceivedImage,
  options: { replaceOldest: boolean },
): Promise<UploadRow> {
  const { chunks, sha256 } = image
  const arrived = {
    id: newId(),
    filename: cleanFilename(image.filename),
    bytes: Buffer.concat(chunks),
    sha256,
  }
  return stageImage(deps, owner.userId, arrived, (upload) => commitUpload(deps, owner, upload, options))
}

/** One statement where there is room; a transaction where room is to be made, or to say why there is none. */
async function commitUpload(
  { db, config }: Deps,
  owner: { userId: string; actor: Actor },
  upload: NewUpload,
  options: { replaceOldest: boolean },
): Promise<Staged> {
  const { row } = await stageUpload(db, upload, {
    limits: {
      pending: config.PENDING_PER_USER,
      recent: config.UPLOADS_PER_10_MINUTES,
      stored: storedLimit(config),
    },
    since: rateSince(),
    keptSeconds: config.PENDING_SECONDS,
    actor: owner.actor,
  })
  if (row) return { row, replaced: [] }
  return db.transaction().execute(async (trx) => {
    const replaced = await makeRoom(trx, config, owner, upload, options)
    return { row: await insertUpload(trx, upload, config.PENDING_SECONDS, owner.actor), replaced }
  })
}
