import { ChangeEmail, ProblemBody } from '@likeness/contracts'
import { callerOf, type Server } from '@likeness/runtime'
import { z } from 'zod'
import { originOf } from '../activity/origin.js'
import type { Origin } from '../database/activities.table.js'
import { findPersonByEmail, keyOf } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { atLeast } from '../limits/at-least.js'
import { takeAttempt } from '../limits/limits.js'
import { assertCurrentPassword } from '../passwords/assert-current-password.js'
import { problem } from '../problems.js'
import { queueNotice, queueToken } from './queue-mail.js'

/** Longer than the work takes, where its time would tell something. */
const answerMs = 150

/** PUT /v1/me/email: asks the new address; the present one stays until it answers. */
export function changeEmailRoute(server: Server, deps: ApiDeps): void {
  server.put(
    '/v1/me/email',
    {
      schema: {
        tags: ['me'],
        summary: 'Change my e-mail address',
        description: 'The address changes once the link sent to the new one was opened. The old one is told.',
        security: [{ accessToken: [] }],
        body: ChangeEmail,
        response: { 202: z.null(), '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      await changeEmail(deps, callerOf(request).id, request.body, originOf(request))
      return reply.code(202).send(null)
    },
  )
}

/**
 * Where verification is mandatory, an address another has gets the same answer, and its owner is told.
 * @throws Problem `wrong-password`, `email-taken`, `rate-limited`
 */
async function changeEmail(deps: ApiDeps, id: string, body: ChangeEmail, origin: Origin): Promise<void> {
  const person = await assertCurrentPassword(deps, id, body.currentPassword)
  await takeAttempt(deps, { 'resend-minute': keyOf(body.email) })
  const mandatory = deps.config.EMAIL_VERIFICATION === 'mandatory'
  await atLeast(mandatory ? answerMs : 0, async () => {
    const owner = await findPersonByEmail(deps.db, body.email)
    const others = owner !== undefined && owner.id !== id
    if (others && !mandatory) throw problem('email-taken')
    const to = { ...person, email: body.email }
    const mailId = await deps.db
      .transaction()
      .execute((trx) =>
        others
          ? queueNotice(trx, 'already-registered', { ...owner, nickname: '' }, origin)
          : queueToken(trx, deps, { kind: 'change-email', purpose: 'change-email' }, to, origin),
      )
    deps.enqueue('send-mail', { mailId })
  })
}
