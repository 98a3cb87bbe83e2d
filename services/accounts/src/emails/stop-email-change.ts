import type { emails } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { originOf } from '../activity/origin.js'
import { hashOfToken } from '../credentials/one-time-tokens.js'
import { findAskedEmail, insertActivity, type Origin } from '../database/activities.table.js'
import { findToken, markTokenUsed } from '../database/one-time-tokens.table.js'
import { lockPerson } from '../database/people.queries.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'
import { endAccess } from '../sessions/end-access.js'

/** `emails.stopChange` */
export const stopEmailChangeHandler =
  (deps: ApiDeps): Handler<typeof emails.stopChange> =>
  async (request) => ({ email: await stopEmailChange(deps, request.body.token, originOf(request)) })

/**
 * Returns the address that stays.
 * @throws Problem `token-invalid`, also once the address has changed; `token-expired`
 */
async function stopEmailChange(deps: ApiDeps, token: string, origin: Origin): Promise<string> {
  const found = await findToken(deps.db, hashOfToken(token), ['stop-email-change'])
  if (!found) throw problem('token-invalid')
  if (found.expired) throw problem('token-expired')
  const email = await deps.db.transaction().execute(async (trx) => {
    const person = await lockPerson(trx, found.user_id)
    if (!person || person.disabled_at) throw problem('token-invalid')
    if (!(await markTokenUsed(trx, found.hash))) throw problem('token-invalid')
    await endAccess(trx, person.id, { reason: 'email-change-stopped' })
    const changes = { pendingEmail: { before: (await findAskedEmail(trx, person.id)) ?? null, after: null } }
    await insertActivity(trx, { userId: person.id, type: 'email-change-stopped', origin, changes })
    return person.email
  })
  await deps.ended.look()
  return email
}
