import { isDeepStrictEqual } from 'node:util'
import type { ConfirmUpload } from '@likeness/contracts'
import type { uploads } from '@likeness/contracts/endpoints'
import { callerOf } from '@likeness/runtime/auth'
import type { Problem } from '@likeness/runtime/problem'
import type { Handler } from '@likeness/runtime/serve'
import type { Actor } from '../database/actor.js'
import { findAvatar } from '../database/avatars.table.js'
import { confirmPending } from '../database/upload-transitions.js'
import { findUpload, type UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { answerOnce } from '../idempotency/answer-once.js'
import { problem } from '../problems.js'
import { publishJob } from '../queue.js'
import { actorOf } from './actor-of.js'
import { announce } from './announce.js'
import { answerUpload, type UntilSettled } from './answer-upload.js'
import { closedProblem } from './closed-problem.js'
import { cropProblem } from './crop-problem.js'
import { findUploadFor } from './find-upload.js'

/** `uploads.confirm`: step two. */
export const confirmUploadHandler =
  (deps: Deps, untilSettled: UntilSettled): Handler<typeof uploads.confirm> =>
  async (request, reply) => {
    const seen = await findUploadFor(deps, callerOf(request), request.params.id)
    const choice = request.body ?? {}
    const what = { userId: seen.user_id, request: choice }
    return answerOnce(deps, request, reply, what, async () => {
      const row = await confirmUpload(deps, seen, choice, actorOf(request))
      return answerUpload(deps, untilSettled, request, reply, row)
    })
  }

/**
 * Confirms a pending upload, or returns the one that the same request confirmed before.
 * @param seen the row that the caller was let see
 * @throws Problem upload-expired, upload-discarded, upload-rejected, upload-failed, already-confirmed,
 * sha256-mismatch, invalid-crop
 */
async function confirmUpload(
  deps: Deps,
  seen: UploadRow,
  choice: ConfirmUpload,
  actor: Actor,
): Promise<UploadRow> {
  const { crop, altText, sha256 } = choice
  const confirmed = await confirmPending(deps.db, seen, { crop, altText, sha256 }, actor)
  if (confirmed) {
    deps.enqueue(...publishJob(confirmed))
    announce(deps.bus, confirmed)
    return confirmed
  }
  const now = await findUpload(deps.db, seen)
  if (!now) throw problem('upload-not-found')
  const avatar =
    now.version === null
      ? undefined
      : await findAvatar(deps.db, { user_id: now.user_id, version: now.version })
  const refusal = refusalOf(now, choice, (avatar?.text_revision ?? 0) > 0)
  if (refusal) throw refusal
  return now
}

/**
 * The reason this choice cannot confirm the row; undefined when it already has.
 * @param hasNewText its text was changed since, so it no longer tells what was confirmed
 */
function refusalOf(
  row: UploadRow,
  { crop, altText, sha256 }: ConfirmUpload,
  hasNewText: boolean,
): Problem | undefined {
  const closed = closedProblem(row)
  if (closed) return closed
  if (sha256 !== undefined && sha256 !== row.sha256) return problem('sha256-mismatch')
  if (row.status === 'pending') {
    // It has expired by the database's clock, though not by this process's.
    return (crop && cropProblem(row, crop)) ?? problem('upload-expired')
  }
  if (row.status === 'failed') return problem('upload-failed')
  const same = isDeepStrictEqual(crop ?? null, row.crop) && (hasNewText || (altText ?? null) === row.alt_text)
  return same ? undefined : problem('already-confirmed')
}
