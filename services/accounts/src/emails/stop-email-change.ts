import { ProblemBody, StopEmailChange, StoppedEmailChange } from '@likeness/contracts'
import type { Server } from '@likeness/runtime'
import { originOf } from '../activity/origin.js'
import { insertActivity, type Origin } from '../database/activities.table.js'
import { findToken, markTokenUsed } from '../database/one-time-tokens.table.js'
import { lockPerson } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'
import { endAccess } from '../sessions/end-access.js'
import { hashOfToken } from './one-time-tokens.js'

/** POST /v1/email-changes/stop: takes what the link to the present address carries. */
export function stopEmailChangeRoute(server: Server, deps: ApiDeps): void {
  server.post(
    '/v1/email-changes/stop',
    {
      schema: {
        tags: ['emails'],
        summary: 'Stop a change of address with the token of the link to the present one',
        description:
          'The address stays, every session and every other link ends. Whoever asked for the change knew the password, so choose another.',
        body: StopEmailChange,
        response: { 200: StoppedEmailChange, '4xx': ProblemBody },
      },
    },
    async (request) => ({ email: await stopEmailChange(deps, request.body.token, originOf(request)) }),
  )
}

/**
 * Returns the address that stays.
 * @throws Problem `token-invalid`, also once the address was changed; `token-expired`
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
    await insertActivity(trx, { userId: person.id, type: 'email-change-stopped', origin })
    return person.email
  })
  await deps.ended.look()
  return email
}
