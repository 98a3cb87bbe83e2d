import type { Retried, RetryFailures } from '@likeness/contracts'
import type { failures } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { insertAuditEvent } from '@likeness/runtime/trail/audit-events'
import { noteAct } from '@likeness/runtime/trail/operators'
import { type FailureRow, listFailures, listWaitsOf } from '../database/failures.queries.js'
import { findAnyUpload } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { jobOf } from '../queue.js'

/** How many one request retries. */
const most = 10_000
const atOnce = 16

/** `failures.retry` */
export const retryFailuresHandler =
  (deps: Deps): Handler<typeof failures.retry> =>
  async (request, reply) => {
    const note = (rows: readonly FailureRow[]) =>
      noteAct(deps.db, request, { action: 'failures-retried', ...aboutRetried(request.body, rows) })
    return reply.code(202).send(await retryFailures(deps, request.body, request.query, note))
  }

/**
 * Ends the pause between two tries of an upload, or of all that wait for one cause.
 * @param note records the act, before it is done; that of a command on the machine unless given
 * @throws Problem upload-not-found, nothing-waits
 */
export async function retryFailures(
  deps: Deps,
  asked: RetryFailures,
  { dryRun }: { readonly dryRun: boolean },
  note: (rows: readonly FailureRow[]) => Promise<void> = (rows) =>
    insertAuditEvent(deps.db, 'command', { action: 'failures-retried', ...aboutRetried(asked, rows) }),
): Promise<Retried> {
  const found = await findWaiting(deps, asked)
  const rows = found.slice(0, most)
  if (!dryRun) {
    await note(rows)
    for (let at = 0; at < rows.length; at += atOnce) {
      await Promise.all(rows.slice(at, at + atOnce).map((row) => deps.hurry(...jobOf(row))))
    }
  }
  return { retried: rows.length, dryRun, left: found.length > most }
}

const aboutRetried = ({ uploadId, step, cause }: RetryFailures, rows: readonly FailureRow[]) => ({
  userId: uploadId === undefined ? null : (rows[0]?.user_id ?? null),
  uploadId: uploadId ?? null,
  details: { step, cause, retried: rows.length },
})

/** One or the other is asked for; the contract says so. */
async function findWaiting(deps: Deps, { uploadId, step, cause }: RetryFailures): Promise<FailureRow[]> {
  if (step !== undefined && cause !== undefined) {
    const bounds = { waitingSeconds: deps.config.REQUEUE_AFTER_SECONDS, endedSince: new Date() }
    const page = { after: undefined, limit: most + 1 }
    return listFailures(deps.db, { step, cause, state: 'waiting' }, bounds, page)
  }
  if (uploadId === undefined) throw problem('nothing-waits')
  const rows = await listWaitsOf(deps.db, uploadId)
  if (rows.length > 0) return rows
  throw problem((await findAnyUpload(deps.db, uploadId)) ? 'nothing-waits' : 'upload-not-found')
}
