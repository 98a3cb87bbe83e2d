import { CreateUploadQuery, ProblemBody, Upload } from '@likeness/contracts'
import { callerOf, isAtLeast, newId, type Server } from '@likeness/runtime'
import type { Actor } from '../database/upload-events.table.js'
import type { UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import type { BytesInFlight } from './bytes-in-flight.js'
import { cleanFilename } from './clean-filename.js'
import { makeRoom } from './make-room.js'
import { bytesAnnounced, type ReceivedImage, receiveImage } from './receive-image.js'
import { stageImage } from './stage-image.js'
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
 * @throws Problem those of `stageImage` and `makeRoom`; then nothing is kept
 */
export async function createUpload(
  deps: Deps,
  owner: { userId: string; actor: Actor },
  image: ReceivedImage,
  options: { replaceOldest: boolean },
): Promise<UploadRow> {
  const id = newId()
  const { sha256 } = image
  const arrived = { id, filename: cleanFilename(image.filename), bytes: Buffer.concat(image.chunks), sha256 }
  return stageImage(deps, owner, arrived, (trx) => makeRoom(trx, deps.config, owner, { by: id, ...options }))
}
