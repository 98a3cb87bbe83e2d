import { isDeepStrictEqual } from 'node:util'
import type { ConfirmUpload } from '@likeness/contracts'
import type { uploads } from '@likeness/contracts/endpoints'
import { type Caller, callerOf, isAtLeast } from '@likeness/runtime/caller'
import type { Problem } from '@likeness/runtime/problem'
import type { Handler } from '@likeness/runtime/serve'
import type { Actor } from '../database/actor.js'
import { findAvatar } from '../database/avatars.table.js'
import type { Publication, ShownAvatar } from '../database/publications.queries.js'
import { confirmPending } from '../database/upload-transitions.js'
import { findUpload, type UploadKey, type UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { answerOnce } from '../idempotency/answer-once.js'
import { problem } from '../problems.js'
import { publishJob } from '../queue.js'
import { tellWithinMs } from '../tell-within.js'
import { actorOf } from './actor-of.js'
import { announce } from './announce.js'
import { answerUpload, type UntilSettled } from './answer-upload.js'
import { closedProblem } from './closed-problem.js'
import { cropProblem } from './crop-problem.js'
import { findUploadFor, unlessErased } from './find-upload.js'
import { announceShown, finishPublication, tellAccounts } from './finish-publication.js'
import { aheadOf, isCentre } from './render-ahead.js'

/** `uploads.confirm`: step two. */
export const confirmUploadHandler =
  (deps: Deps, untilSettled: UntilSettled): Handler<typeof uploads.confirm> =>
  async (request, reply) => {
    const choice = request.body ?? {}
    const asked = await findAsked(deps, callerOf(request), request.params.id, choice)
    const what = { userId: asked.user_id, request: choice }
    return answerOnce(deps, request, reply, what, async () => {
      const confirmed = await confirmUpload(deps, asked, choice, actorOf(request))
      return answerUpload(deps, untilSettled, request, reply, confirmed)
    })
  }

/** An upload that the caller may act on, if it exists, and whether they chose the crop that is rendered ahead. */
type Asked = UploadKey & { readonly isCentre: boolean }

/** Reads the row only where it tells something: a manager whose upload it is, a crop whether it is the centre. */
async function findAsked(deps: Deps, caller: Caller, id: string, { crop }: ConfirmUpload): Promise<Asked> {
  if (!crop && !isAtLeast(caller.role, 'manager')) return { user_id: caller.id, id, isCentre: true }
  const row = await findUploadFor(deps, caller, id)
  return { user_id: row.user_id, id, isCentre: isCentre(row, crop ?? null) }
}

type Confirmed = { readonly row: UploadRow; readonly avatar?: ShownAvatar }

/**
 * Confirms a pending upload, or returns the one that the same request confirmed before. With variants rendered ahead it
 * is published, too.
 * @returns the avatar only when it was published now
 * @throws Problem upload-not-found, upload-expired, upload-discarded, upload-rejected, upload-failed, already-confirmed,
 * sha256-mismatch, invalid-crop
 */
async function confirmUpload(
  deps: Deps,
  asked: Asked,
  choice: ConfirmUpload,
  actor: Actor & { id: string },
): Promise<Confirmed> {
  const { crop, altText, sha256 } = choice
  const ahead = asked.isCentre ? aheadOf(deps.config, asked) : undefined
  const confirmed = await confirmPending(deps.db, asked, { crop, altText, sha256 }, actor, ahead)
  if (confirmed) {
    const { row, shown } = confirmed
    if (ahead && shown) {
      const avatar = announceShown(deps, row, ahead, shown)
      const published = await publishNow(deps, { row, avatar, decider: actor })
      if (published) return { row: published, avatar }
    } else announce(deps.bus, row)
    deps.enqueue(...publishJob(row))
    return { row }
  }
  const now = unlessErased(await findUpload(deps.db, asked))
  const avatar =
    now.version === null
      ? undefined
      : await findAvatar(deps.db, { user_id: now.user_id, version: now.version })
  const refusal = refusalOf(now, choice, (avatar?.text_revision ?? 0) > 0)
  if (refusal) throw refusal
  return { row: now }
}

/** Does at once what is left for the job. @returns undefined when the job has to do it */
async function publishNow(
  deps: Deps,
  publication: Publication & { avatar: ShownAvatar },
): Promise<UploadRow | undefined> {
  try {
    if (!(await tellAccounts(deps, publication, { timeoutMs: tellWithinMs }))) return undefined
    return await finishPublication(deps, publication.row)
  } catch (error) {
    const uploadId = publication.row.id
    deps.logger.warn({ err: error, uploadId }, 'could not publish at once; the job will')
    return undefined
  }
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
