import type { sessions } from '@likeness/contracts/endpoints'
import { callerOf } from '@likeness/runtime/caller'
import type { Handler } from '@likeness/runtime/serve'
import type { Request } from '@likeness/runtime/server'
import { originOf } from '../activity/origin.js'
import { insertActivity } from '../database/activities.table.js'
import { lockPerson } from '../database/people.queries.js'
import { endSessions } from '../database/sessions.table.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'
import { clearedCookies } from './session-cookies.js'

/** `sessions.logOut` */
export const logOutHandler =
  (deps: ApiDeps): Handler<typeof sessions.logOut> =>
  async (request, reply) => {
    await logOut(deps, request, { id: callerOf(request).sessionId })
    return reply.header('set-cookie', clearedCookies(deps.config)).code(204).send()
  }

/** `sessions.logOutDevice` */
export const logOutDeviceHandler =
  (deps: ApiDeps): Handler<typeof sessions.logOutDevice> =>
  async (request, reply) => {
    const ended = await logOut(deps, request, { id: request.params.id })
    if (ended === 0) throw problem('session-not-found')
    return reply.code(204).send()
  }

/** `sessions.logOutEverywhere` */
export const logOutEverywhereHandler =
  (deps: ApiDeps): Handler<typeof sessions.logOutEverywhere> =>
  async (request, reply) => {
    const everywhere = request.query.except === undefined
    await logOut(deps, request, everywhere ? {} : { except: callerOf(request).sessionId })
    if (everywhere) reply.header('set-cookie', clearedCookies(deps.config))
    return reply.code(204).send()
  }

/** Ends live sessions of the caller; each leaves an activity row. Returns how many there were. */
async function logOut(
  deps: ApiDeps,
  request: Request,
  which: { id?: string; except?: string },
): Promise<number> {
  const { id: userId } = callerOf(request)
  const origin = originOf(request)
  const ended = await deps.db.transaction().execute(async (trx) => {
    // Locked before their sessions, as everywhere else: an activity row refers to the user.
    await lockPerson(trx, userId)
    const ids = await endSessions(trx, userId, 'logout', which)
    for (const sessionId of ids) {
      await insertActivity(trx, { userId, type: 'logout', origin, details: { sessionId } })
    }
    return ids.length
  })
  await deps.ended.look()
  return ended
}
