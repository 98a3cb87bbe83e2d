import type { AuditAction, AuditQuery } from '@likeness/contracts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Caller, callerIfKnown, callerOf, isAtLeast } from '../caller.js'
import { clientAddress, clientDevice } from '../client-address.js'
import type { Cursors } from '../cursor.js'
import { openPage } from '../page.js'
import type { Problem } from '../problem.js'
import {
  type AnyDatabase,
  filtersOf,
  insertAuditEvent,
  listAuditEvents,
  type NewAuditEvent,
  type NoteAct,
  type RankedActor,
  viewAuditEvent,
} from './audit-events.js'

/** The person and the upload that a request is about, where it is about one. */
export type Subject = { readonly userId: string | null; readonly uploadId?: string | null }

const actorOf = ({ id, role }: Caller, request: FastifyRequest): RankedActor => ({
  id,
  role,
  ip: clientAddress(request),
  userAgent: clientDevice(request),
})

/**
 * Notes that a manager or administrator reads what is not their own: one insert, committed before the answer is sent,
 * so that nothing is shown that is not in the trail. Reading one's own, or as a user, is no event.
 * @param reading `userId` is null for what is of many people. `details` never hold what was searched for, which may
 *   name people who are erased later
 */
export async function noteReading(
  db: AnyDatabase,
  request: FastifyRequest,
  {
    caller = callerOf(request),
    action,
    ...about
  }: Subject & {
    readonly caller?: Caller
    readonly action: AuditAction
    readonly details?: Readonly<Record<string, unknown>>
  },
): Promise<void> {
  if (!isAtLeast(caller.role, 'manager') || about.userId === caller.id) return
  await insertAuditEvent(db, actorOf(caller, request), { action, ...about })
}

/** Notes an act of a manager or administrator that changes no upload and no account. */
export const noteAct = (db: AnyDatabase, request: FastifyRequest, event: NewAuditEvent): Promise<void> =>
  insertAuditEvent(db, actorOf(callerOf(request), request), event)

/** The same for a use case that a command has, too. */
export const actsOf =
  (request: FastifyRequest): NoteAct =>
  (db, event) =>
    noteAct(db, request, event)

/** Statuses that say that an act on another's is not possible as things are. */
const conflicts = new Set([409, 410, 412, 422])

/**
 * Notes what a manager or administrator attempted and was refused (OWASP ASVS 5.0, 16.3.2): what their rank does not
 * allow, and acts on another's that were not possible. A refusal changes nothing, so it is answered even if this fails.
 * @param subjectOf finds what a request is about
 */
export const openRefusalNotes =
  (db: AnyDatabase, subjectOf: (request: FastifyRequest) => Promise<Subject>) =>
  async (problem: Problem, request: FastifyRequest): Promise<void> => {
    const caller = callerIfKnown(request)
    const { endpoint } = request.routeOptions.config
    const { status } = problem.kind
    const isConflict = conflicts.has(status) && endpoint?.method !== 'GET'
    if (!caller || !endpoint || !isAtLeast(caller.role, 'manager') || !(isConflict || status === 403)) return
    try {
      const subject = await subjectOf(request)
      const isOwn = subject.userId === null || subject.userId === caller.id
      if (isOwn && problem.code !== 'forbidden') return
      await insertAuditEvent(db, actorOf(caller, request), {
        action: 'act-refused',
        ...subject,
        problem: problem.code,
        details: { endpoint: endpoint.id },
      })
    } catch (error) {
      request.log.error({ err: error }, 'could not note a refused attempt')
    }
  }

/** Answers one page of `audit_events`, and notes that it was read. */
export async function answerAudit(
  { db, cursors }: { db: AnyDatabase; cursors: Cursors },
  request: FastifyRequest<{ Querystring: AuditQuery }>,
  reply: FastifyReply,
) {
  const page = openPage(request, request.query, cursors)
  await noteReading(db, request, {
    action: 'audit-read',
    userId: request.query.userId ?? null,
    details: filtersOf(request.query),
  })
  const rows = await listAuditEvents(db, request.query, { after: page.after, limit: page.rows })
  const keyed = rows.map((row) => ({ ...row, id: String(row.seq) }))
  return page.answer(reply, keyed, (shown) => shown.map(viewAuditEvent))
}
