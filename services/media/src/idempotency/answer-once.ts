import { createHash } from 'node:crypto'
import type { Upload } from '@likeness/contracts'
import { callerOf } from '@likeness/runtime/caller'
import type { Reply, Request } from '@likeness/runtime/server'
import {
  type Claim,
  claimKey,
  findKey,
  type KeptAnswer,
  keepAnswer,
  releaseKey,
} from '../database/idempotency-keys.table.js'
import { findUpload, type UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'

const releaseAgainMs = 2_000
const releaseTries = 30

/** The answer of a use case, before it is sent. */
export type Answer = { readonly status: 200 | 201 | 202; readonly location?: string; readonly upload: Upload }

/**
 * Runs a request once however often it comes with the same `Idempotency-Key` in 24 hours
 * (draft-ietf-httpapi-idempotency-key-header): the first answer is kept and sent again. A refusal is not kept, as
 * nothing happened. Without a key the request just runs.
 * @param what the user whose data the answer holds, and all that identifies the request apart from method and path
 * @param run gets the claim when there is a key: the upload it makes has the claim's `lease` as id and is committed
 *   with `holdClaim`; and the upload that an earlier run has made, if one did
 * @throws Problem idempotency-key-reused, request-in-progress, and those of `run`
 */
export async function answerOnce(
  deps: Pick<Deps, 'db' | 'logger'>,
  request: Request,
  reply: Reply,
  what: { userId: string; request: unknown },
  run: (claim: Claim | undefined, made: UploadRow | undefined) => Promise<Answer>,
): Promise<Reply> {
  const key = request.headers['idempotency-key']
  if (typeof key !== 'string') {
    const { status, location, upload } = await run(undefined, undefined)
    if (location !== undefined) reply.header('location', location)
    return reply.code(status).send(upload)
  }
  const path = request.url.split('?', 1)
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([request.method, path, what]))
    .digest('hex')
  const claim = await claimOrKept(deps, {
    caller_id: callerOf(request).id,
    key,
    fingerprint,
    about_user_id: what.userId,
  })
  if ('body' in claim) return send(reply.header('idempotency-replayed', 'true'), claim)

  const runOn = async () => {
    const made = claim.upload_id && (await findUpload(deps.db, { user_id: what.userId, id: claim.upload_id }))
    return run(claim, made || undefined)
  }
  const answer = await runOn().catch(async (error: unknown) => {
    await release(deps, claim)
    throw error
  })
  const { status, location = null, upload } = answer
  const sent = { status, location, body: reply.code(status).serialize(upload) as string }
  // Kept before it is sent: a client that never gets it asks again. What was done stands even if keeping it fails.
  await keepAnswer(deps.db, claim, upload.id, sent).catch((fault: unknown) => warn(deps, fault))
  return send(reply, sent)
}

/**
 * Frees a key after a failure. While the database is away, which may be why the request failed, this is tried again in
 * the background, for as long as the lease would hold up the next request.
 */
async function release(
  deps: Pick<Deps, 'db' | 'logger'>,
  claim: Claim,
  triesLeft = releaseTries,
): Promise<void> {
  try {
    await releaseKey(deps.db, claim)
  } catch (fault) {
    warn(deps, fault)
    if (triesLeft > 0) setTimeout(() => void release(deps, claim, triesLeft - 1), releaseAgainMs).unref()
  }
}

async function claimOrKept(
  { db }: Pick<Deps, 'db'>,
  request: Parameters<typeof claimKey>[1],
): Promise<Claim | KeptAnswer> {
  for (;;) {
    const claim = await claimKey(db, request)
    if (claim) return claim
    const known = await findKey(db, request)
    // The key was released between the two.
    if (!known) continue
    if (known.fingerprint !== request.fingerprint) throw problem('idempotency-key-reused')
    const { status, location, body } = known
    if (status === null || body === null) throw inProgress()
    return { status, location, body }
  }
}

/** Another request with the same key runs, or took this one over. */
export const inProgress = () => problem('request-in-progress', { headers: { 'retry-after': '1' } })

function send(reply: Reply, { status, location, body }: KeptAnswer): Reply {
  if (location !== null) reply.header('location', location)
  return reply.code(status).type('application/json; charset=utf-8').send(body)
}

const warn = ({ logger }: Pick<Deps, 'logger'>, fault: unknown) =>
  logger.warn({ err: fault }, 'could not update an idempotency key; it is free again when its lease expires')
