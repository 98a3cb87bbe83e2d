import type { Activity, ActivityQuery } from '@likeness/contracts'
import type { administration, me } from '@likeness/contracts/endpoints'
import { callerOf } from '@likeness/runtime/caller'
import { openPage } from '@likeness/runtime/page'
import type { Handler } from '@likeness/runtime/serve'
import type { Reply, Request } from '@likeness/runtime/server'
import { filtersOf } from '@likeness/runtime/trail/audit-events'
import { noteReading } from '@likeness/runtime/trail/operators'
import { type ActivityRow, listActivities } from '../database/activities.table.js'
import { findPerson } from '../database/people.queries.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'

/** `me.listActivity` */
export const listMyActivityHandler =
  (deps: ApiDeps): Handler<typeof me.listActivity> =>
  (request, reply) =>
    answerActivity(deps, callerOf(request).id, request, reply, viewOwnActivity)

/** `administration.listActivity`: the same for any user. */
export const listActivityHandler =
  (deps: ApiDeps): Handler<typeof administration.listActivity> =>
  async (request, reply) => {
    const { id } = request.params
    if (!(await findPerson(deps.db, id))) throw problem('user-not-found')
    await noteReading(deps.db, request, {
      action: 'activity-read',
      userId: id,
      details: filtersOf(request.query),
    })
    return answerActivity(deps, id, request, reply, viewActivity)
  }

async function answerActivity(
  { cursors, db }: ApiDeps,
  userId: string,
  request: Request<{ Querystring: ActivityQuery }>,
  reply: Reply,
  view: (row: ActivityRow) => Activity,
) {
  const page = openPage(request, request.query, cursors)
  const rows = await listActivities(db, userId, request.query, { after: page.after, limit: page.rows })
  return page.answer(reply, rows, (shown) => shown.map(view))
}

/** An activity as the user whose account it is sees it: operators stand there by their role alone. */
export function viewOwnActivity(row: ActivityRow): Activity {
  const { osUser: _, ...details } = row.details
  const activity = viewActivity({ ...row, details })
  return activity.actorRole === null ? activity : { ...activity, actorId: null, ip: null, userAgent: null }
}

/** The same as managers see it. */
export const viewActivity = (row: ActivityRow): Activity => ({
  id: row.id,
  type: row.type,
  at: row.at.toISOString(),
  actorKind: row.actor_kind ?? 'person',
  actorId: row.actor_id,
  actorRole: viewRole(row),
  ip: row.ip,
  userAgent: row.user_agent,
  changes: row.changes ?? {},
  details: row.details,
})

function viewRole({ actor_id, actor_role }: ActivityRow): Activity['actorRole'] {
  if (actor_role === 'manager' || actor_role === 'admin') return actor_role
  // They have left, or lost their role, before it was noted.
  return actor_id === null ? null : 'operator'
}
