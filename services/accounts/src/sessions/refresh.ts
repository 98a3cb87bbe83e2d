import type { Role } from '@likeness/contracts'
import type { sessions } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { originOf } from '../activity/origin.js'
import { readRefreshToken } from '../credentials/refresh-token.js'
import { insertActivity, type Origin } from '../database/activities.table.js'
import { lockPerson } from '../database/people.queries.js'
import { findRefreshable, rotateSession } from '../database/refresh.queries.js'
import { endSessions, findJustRotated, type SessionRow } from '../database/sessions.table.js'
import type { ApiDeps } from '../deps.js'
import { assertWithin, attemptOf } from '../limits/limits.js'
import { problem } from '../problems.js'
import { type IssuingSession, issueTokens } from './issue-tokens.js'
import { cookiesOf, readRefreshCookie } from './session-cookies.js'

/** `sessions.refresh` */
export const refreshHandler =
  (deps: ApiDeps): Handler<typeof sessions.refresh> =>
  async (request, reply) => {
    const given = request.body?.refreshToken
    const token = given ?? readRefreshCookie(deps.config, request.headers)
    if (token === undefined) throw problem('invalid-refresh-token')
    const { session, role } = await refreshSession(deps, token, originOf(request))
    const tokens = await issueTokens(deps, session, role)
    if (given !== undefined) return tokens
    const { cookies, body } = cookiesOf(deps.config, tokens)
    reply.header('set-cookie', cookies)
    return body
  }

/**
 * Rotates the refresh token (RFC 9700 §4.14.2). The previous token still gets the same successor for
 * REFRESH_GRACE_SECONDS, for clients whose answer was lost or that asked twice at once; any other earlier token has
 * been stolen or copied, and ends the session.
 * @throws Problem `invalid-refresh-token`, `refresh-token-reused`, `rate-limited`
 */
async function refreshSession(
  deps: ApiDeps,
  token: string,
  origin: Origin,
): Promise<{ session: IssuingSession; role: Role }> {
  const claimed = readRefreshToken(token)
  const found = claimed && (await findRefreshable(deps.db, { session_id: claimed.sessionId }))
  if (!claimed || !found || !deps.refreshTokens.isGenuine(found, claimed) || found.disabled_at)
    throw problem('invalid-refresh-token')
  const { id, role } = found
  const { generation } = claimed
  const attempt = attemptOf(deps.config, 'refresh-minute', id)
  const rotated = await rotateSession(deps.db, {
    id,
    generation,
    days: deps.config.REFRESH_SLIDING_DAYS,
    ip: origin.ip,
    user_agent: origin.userAgent,
    ...attempt,
  })
  if (rotated) assertWithin({ ...attempt, ...rotated })
  if (rotated?.expires_at)
    return { session: { ...found, generation: generation + 1, expires_at: rotated.expires_at }, role }
  // The token was used before, perhaps just now by a concurrent request.
  const session = await findJustRotated(deps.db, id, generation, deps.config.REFRESH_GRACE_SECONDS)
  if (session) return { session, role }
  const reused = await endReused(deps, found, origin)
  await deps.ended.look()
  throw problem(reused ? 'refresh-token-reused' : 'invalid-refresh-token')
}

/** Ends the session and returns whether it was live until now. */
function endReused(
  deps: ApiDeps,
  session: Pick<SessionRow, 'id' | 'user_id'>,
  origin: Origin,
): Promise<boolean> {
  return deps.db.transaction().execute(async (trx) => {
    await lockPerson(trx, session.user_id)
    const ended = await endSessions(trx, session.user_id, 'refresh-reused', { id: session.id })
    if (ended.length === 0) return false
    await insertActivity(trx, {
      userId: session.user_id,
      type: 'refresh-reused',
      origin,
      details: { sessionId: session.id },
    })
    return true
  })
}
