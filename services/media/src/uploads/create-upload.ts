import { CreateUploadQuery, IdempotencyHeaders, ProblemBody, Upload } from '@likeness/contracts'
import { callerOf, type Database, isAtLeast, newId, type Server, type Transaction } from '@likeness/runtime'
import type { Tables } from '../database/database.js'
import { type Claim, holdClaim } from '../database/idempotency-keys.table.js'
import { stageUpload } from '../database/open-uploads.queries.js'
import type { Actor } from '../database/upload-events.table.js'
import { findUpload, insertUpload, type NewUpload, type UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { answerOnce, inProgress } from '../idempotency/answer-once.js'
import { problem } from '../problems.js'
import { actorOf } from './actor-of.js'
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
        headers: IdempotencyHeaders,
        querystring: CreateUploadQuery,
        response: { 201: Upload, '4xx': ProblemBody, '5xx': ProblemBody },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const { userId = caller.id, filename, replace } = request.query
      if (userId !== caller.id && !isAtLeast(caller.role, 'manager')) throw problem('forbidden')
      const owner = { userId, actor: actorOf(request) }
      return inFlight.hold(bytesAnnounced(request, limit), async () => {
        const image = await receiveImage(request, limit, filename)
        const what = { userId, request: [replace, image.filename, image.sha256] }
        return answerOnce(deps, request, reply, what, async (claim) => {
          const made = claim?.upload_id ? await findUpload(deps.db, claim.upload_id, userId) : undefined
          const options = { replaceOldest: replace === 'oldest', claim }
          const row = made ?? (await createUpload(deps, owner, image, options))
          const location = `${deps.config.PUBLIC_URL}/v1/uploads/${row.id}`
          return { status: 201, location, upload: await viewUpload(deps, row) }
        })
      })
    },
  )
}

type Options = { readonly replaceOldest: boolean; readonly claim: Claim | undefined }

/**
 * Stages a picture that came with the request.
 * @param options `claim`: of its idempotency key, whose lease is the id of the upload
 * @throws Problem those of `stageImage`, `admitUpload` and `makeRoom`, request-in-progress once the claim is
 * lost; then nothing is kept
 */
export async function createUpload(
  deps: Deps,
  owner: { userId: string; actor: Actor },
  image: ReceivedImage,
  options: Options,
): Promise<UploadRow> {
  const id = options.claim?.lease ?? newId()
  const arrived = { ...image, id, filename: cleanFilename(image.filename) }
  return stageImage(deps, owner.userId, arrived, (upload) => commitUpload(deps, owner, upload, options))
}

/** One statement where there is room; a transaction where room is to be made, or to say why there is none. */
async function commitUpload(
  { db, config }: Deps,
  owner: { userId: string; actor: Actor },
  upload: NewUpload,
  { claim, ...options }: Options,
): Promise<Staged> {
  const inOneStatement = async (on: Database<Tables>): Promise<Staged | undefined> => {
    const row = await stageUpload(on, upload, {
      limits: {
        pending: config.PENDING_PER_USER,
        recent: config.UPLOADS_PER_10_MINUTES,
        stored: storedLimit(config),
      },
      since: rateSince(),
      keptSeconds: config.PENDING_SECONDS,
      actor: owner.actor,
    })
    return row && { row, replaced: [] }
  }
  const makingRoom = async (trx: Transaction<Tables>): Promise<Staged> => {
    const replaced = await makeRoom(trx, config, owner, upload, options)
    return { row: await insertUpload(trx, upload, config.PENDING_SECONDS, owner.actor), replaced }
  }
  if (!claim) return (await inOneStatement(db)) ?? db.transaction().execute(makingRoom)
  return db.transaction().execute(async (trx) => {
    const staged = (await inOneStatement(trx)) ?? (await makingRoom(trx))
    if (!(await holdClaim(trx, claim))) throw inProgress()
    return staged
  })
}
