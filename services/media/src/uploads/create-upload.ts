import type { uploads } from '@likeness/contracts/endpoints'
import { callerOf } from '@likeness/runtime/caller'
import { newId } from '@likeness/runtime/ids'
import type { Handler } from '@likeness/runtime/serve'
import type { Reply, Request } from '@likeness/runtime/server'
import type { Actor } from '../database/actor.js'
import { type Claim, holdClaim } from '../database/idempotency-keys.table.js'
import { stageUpload } from '../database/open-uploads.queries.js'
import { insertUpload, type NewUpload, type UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { answerOnce, inProgress } from '../idempotency/answer-once.js'
import { problem } from '../problems.js'
import { prepareJob } from '../queue.js'
import type { InFlight } from '../receiving/in-flight.js'
import { type ReceivedImage, receiveImage } from '../receiving/receive-image.js'
import { actorOf } from './actor-of.js'
import { rateSince, storedLimit } from './admit-upload.js'
import { cleanFilename } from './clean-filename.js'
import { dropReplaced, makeRoom } from './make-room.js'
import { ownerOf } from './owner-of.js'
import { probeImage } from './probe-image.js'
import { readUploadForm } from './read-upload-form.js'
import { deleteRefused, storeOriginal } from './store-original.js'
import type { UploadRates } from './upload-rates.js'
import { locationOf, viewUpload } from './upload-view.js'

/** `uploads.create`: step one. */
export function createUploadHandler(
  deps: Deps,
  { inFlight, rates }: { inFlight: InFlight; rates: UploadRates },
): Handler<typeof uploads.create> {
  const { config } = deps
  const limits = { limit: config.IMAGE_MAX_BYTES, pace: config }
  return async (request, reply) => {
    const caller = callerOf(request)
    const { query } = request
    // Before a byte is read, as far as the query tells.
    const asked = await ownerOf(deps, caller, query.userId)
    rates.assertLeft(asked)
    return inFlight.hold(caller.id, (held) =>
      rates.counting(caller.id, async () => {
        const { image, fields } = await receiveImage(request, { ...limits, held })
        const { replace, ...form } = readUploadForm(query, fields)
        const userId = form.userId === query.userId ? asked : await ownerOf(deps, caller, form.userId)
        const named = { ...image, filename: form.filename ?? image.filename }
        const what = { userId, request: [replace, named.filename, named.sha256] }
        const replaceOldest = replace === 'oldest'
        return answerStaged(deps, rates, request, reply, { ...what, replaceOldest }, async () => named)
      }),
    )
  }
}

/**
 * Stages a picture once for its idempotency key, within the rate of its owner, and answers with the upload.
 * @param what as `answerOnce`; `replaceOldest`: a full user's oldest pending upload makes room
 * @param imageOf gets the picture, unless an earlier request has staged it
 * @throws Problem as `answerOnce`, `createUpload` and `imageOf`, and rate-limited
 */
export const answerStaged = (
  deps: Deps,
  rates: UploadRates,
  request: Request,
  reply: Reply,
  { replaceOldest, ...what }: { userId: string; request: unknown; replaceOldest: boolean },
  imageOf: () => Promise<ReceivedImage>,
): Promise<Reply> =>
  answerOnce(deps, request, reply, what, async (claim, made) => {
    const owner = { userId: what.userId, actor: actorOf(request) }
    const stage = async () => createUpload(deps, owner, await imageOf(), { replaceOldest, claim })
    const row = made ?? (await rates.within(what.userId, stage))
    return { status: 201, location: locationOf(deps, row), upload: await viewUpload(deps, row) }
  })

type Options = { readonly replaceOldest: boolean; readonly claim: Claim | undefined }

/**
 * Stages a picture that came with the request: probes its header, and makes its bytes durable before its row says
 * pending.
 * @param options `claim`: that of its idempotency key, whose lease becomes the upload's id
 * @throws Problem blocked-image, those of `probeImage`, `storeOriginal` and `makeRoom`, request-in-progress once the claim is lost.
 * Nothing is kept then
 */
async function createUpload(
  deps: Deps,
  owner: { userId: string; actor: Actor },
  image: ReceivedImage,
  options: Options,
): Promise<UploadRow> {
  const { chunks, bytes, sha256, filename } = image
  const key = { user_id: owner.userId, id: options.claim?.lease ?? newId() }
  const file = { original_filename: cleanFilename(filename), bytes, sha256 }
  const upload = { ...key, ...file, ...(await probeImage(deps.config, chunks)) }
  try {
    await storeOriginal(deps, upload, chunks)
    // Only now that all went well: after an error something may still read the chunks.
    image.release?.()
    const { row, replaced } = await commitUpload(deps, owner, upload, options)
    deps.enqueue(...prepareJob(row))
    await dropReplaced(deps, replaced)
    return row
  } catch (error) {
    await deleteRefused(deps, upload, error)
    throw error
  }
}

/** The row of a new upload, and the uploads discarded for it. */
type Staged = { readonly row: UploadRow; readonly replaced: readonly UploadRow[] }

/** In one call where there is room; otherwise in a transaction that makes room, or says why there is none. */
async function commitUpload(
  { db, config }: Deps,
  owner: { userId: string; actor: Actor },
  upload: NewUpload,
  { claim, ...options }: Options,
): Promise<Staged> {
  const row = await stageUpload(db, upload, {
    limits: {
      pending: config.PENDING_PER_USER,
      recent: config.UPLOADS_PER_10_MINUTES,
      stored: storedLimit(config),
    },
    since: rateSince(),
    keptSeconds: config.PENDING_SECONDS,
    actor: owner.actor,
    claim,
  })
  if (row === 'claim-lost') throw inProgress()
  if (row) return { row, replaced: [] }
  return db.transaction().execute(async (trx) => {
    const replaced = await makeRoom(trx, config, owner, upload, options)
    const inserted = await insertUpload(trx, upload, config.PENDING_SECONDS, owner.actor)
    if (!inserted) throw problem('blocked-image')
    if (claim && !(await holdClaim(trx, claim))) throw inProgress()
    return { row: inserted, replaced }
  })
}
