import type { ImageError } from '@likeness/images'
import { NotYet } from '@likeness/runtime/job'
import { theWorker } from '../database/actor.js'
import { insertNotice } from '../database/owner-notices.table.js'
import { countDecodeKill, type Failure, markFailed, markRejected } from '../database/refusals.queries.js'
import type { UploadRow } from '../database/uploads.table.js'
import type { WorkerDeps } from '../deps.js'
import { announce } from './announce.js'
import { stagedFiles } from './render-ahead.js'
import { deleteFiles } from './upload-files.js'

const killsAllowed = 2

const details: Readonly<Record<string, string>> = {
  'invalid-image': 'The file is damaged or incomplete.',
  'too-many-pixels': 'The image has too many pixels.',
  'decode-timeout': 'Decoding the image took too long.',
  'decode-memory': 'Decoding the image took too much memory.',
  'decode-crash': 'The image could not be decoded.',
}

/**
 * Ends an upload whose picture will not decode: a pending one is rejected, a confirmed one fails. The first time a
 * decoder is killed may be the machine's fault, so that error is thrown again for another try; a starved decoder always
 * is, however often it happens.
 */
export async function refuseUpload(deps: WorkerDeps, row: UploadRow, error: ImageError): Promise<void> {
  if (error.code === 'decode-starved') throw new NotYet(error.message, { cause: error })
  if (error.code.startsWith('decode-') && (await countDecodeKill(deps.db, row)) < killsAllowed) throw error
  await endUpload(deps, row, {
    code: error.code,
    detail: details[error.code] ?? 'The image could not be read.',
  })
}

/** Ends an upload whose picture the deny-list refuses. @param blockedBy the entry */
export async function refuseBlocked(deps: WorkerDeps, row: UploadRow, blockedBy: string): Promise<void> {
  const failure = { code: 'blocked-image', detail: 'Operators do not allow this picture here.' }
  await endUpload(deps, row, failure, { blockedBy })
}

async function endUpload(
  deps: WorkerDeps,
  row: UploadRow,
  failure: Failure,
  details: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const by = { actor: theWorker, details }
  const ended = (await markRejected(deps.db, row, failure, by)) ?? (await fail(deps, row, failure, by))
  if (!ended) return
  await deleteFiles(deps, stagedFiles(ended))
  announce(deps.bus, ended)
}

/** Ends a confirmed upload. Its owner, who may have left the page by now, learns of it by e-mail. */
async function fail(
  { db, enqueue }: Pick<WorkerDeps, 'db' | 'enqueue'>,
  row: UploadRow,
  failure: Failure,
  by: NonNullable<Parameters<typeof markFailed>[4]>,
): Promise<UploadRow | undefined> {
  const { user_id } = row
  const ended = await db.transaction().execute(async (trx) => {
    const failed = await markFailed(trx, row, failure, false, by)
    if (!failed) return undefined
    const { id: actor_id, ip, userAgent: user_agent } = by.actor
    const about = { user_id, upload_ids: [row.id], actor_id, ip, user_agent, reason: failure.code }
    return { failed, notice: await insertNotice(trx, { ...about, kind: 'avatar-failed', by_mail: true }) }
  })
  if (ended) enqueue('tell-owner', { userId: user_id, noticeId: ended.notice.id })
  return ended?.failed
}
