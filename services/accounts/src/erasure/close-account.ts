import { randomBytes } from 'node:crypto'
import { AdminClose, CloseAccount, IdParams, ProblemBody, StartedErasure } from '@likeness/contracts'
import { callerOf, newId, type Server } from '@likeness/runtime'
import { originOf } from '../activity/origin.js'
import type { Actor } from '../administration/administer-user.js'
import { assertAnotherAdmin } from '../administration/assert-another-admin.js'
import { assertMayActOn } from '../administration/assert-may-act-on.js'
import type { Origin } from '../database/activities.table.js'
import { type ErasureRow, insertErasure } from '../database/erasures.table.js'
import { deleteInboxMessages } from '../database/inbox.table.js'
import { forgetSessions } from '../database/sessions.table.js'
import { deleteUser, lockPerson } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { hashOfToken } from '../emails/one-time-tokens.js'
import { queueNotice } from '../emails/queue-mail.js'
import { assertCurrentPassword } from '../passwords/assert-current-password.js'
import { problem } from '../problems.js'
import { viewErasure } from './get-erasure.js'

const security = [{ accessToken: [] }]

/** DELETE /v1/me: closes one's account. */
export function closeMyAccountRoute(server: Server, deps: ApiDeps): void {
  server.delete(
    '/v1/me',
    {
      schema: {
        tags: ['me'],
        summary: 'Close my account and erase all it owns',
        description:
          'The account is gone at once; media erases its pictures. The answer tells where to follow.',
        security,
        body: CloseAccount,
        response: { 202: StartedErasure, '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      const { id, role } = callerOf(request)
      await assertCurrentPassword(deps, id, request.body.password)
      const erasure = await closeAccount(deps, { id, role }, id, originOf(request), undefined)
      return reply
        .code(202)
        .header('location', `/v1/erasures/${erasure.id}?token=${erasure.token}`)
        .send(erasure)
    },
  )
}

/** DELETE /v1/admin/users/:id: closes another's account. */
export function closeAccountRoute(server: Server, deps: ApiDeps): void {
  server.delete(
    '/v1/admin/users/:id',
    {
      schema: {
        tags: ['administration'],
        summary: 'Close an account and erase all it owns',
        security,
        params: IdParams,
        body: AdminClose.nullish(),
        response: { 202: StartedErasure, '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const erasure = await closeAccount(deps, callerOf(request), id, originOf(request), request.body?.reason)
      return reply
        .code(202)
        .header('location', `/v1/erasures/${erasure.id}?token=${erasure.token}`)
        .send(erasure)
    },
  )
}

/**
 * In one transaction the account and all that is personal here is gone, and its name and address are free.
 * What stays says that some account was closed, when, by whom and why. Media follows by a job.
 * @throws Problem `user-not-found`, `forbidden`, `last-admin`
 */
async function closeAccount(
  deps: ApiDeps,
  actor: Actor,
  id: string,
  origin: Origin,
  reason: string | undefined,
): Promise<StartedErasure> {
  const token = randomBytes(32).toString('base64url')
  const { erasure, mailId } = await deps.db.transaction().execute(async (trx) => {
    const person = await lockPerson(trx, id)
    if (!person || person.ghost) throw problem('user-not-found')
    const own = actor.id === id
    if (!own) assertMayActOn(actor, person)
    await assertAnotherAdmin(trx, id)
    const erasure: ErasureRow = await insertErasure(trx, {
      id: newId(),
      user_id: id,
      token_hash: hashOfToken(token),
      actor_id: own ? null : actor.id,
      reason: reason ?? null,
    })
    await forgetSessions(trx, id)
    await deleteInboxMessages(trx, person.email)
    await deleteUser(trx, id)
    return { erasure, mailId: await queueNotice(trx, 'account-closed', { ...person, id: null }, origin) }
  })
  await deps.ended.look()
  deps.enqueue('erase-user', { erasureId: erasure.id })
  deps.enqueue('send-mail', { mailId })
  return { ...viewErasure(erasure), token }
}
