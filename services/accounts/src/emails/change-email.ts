import type { ChangeEmail } from '@likeness/contracts'
import type { me } from '@likeness/contracts/endpoints'
import { type Caller, callerOf } from '@likeness/runtime/caller'
import type { Transaction } from '@likeness/runtime/database'
import type { Handler } from '@likeness/runtime/serve'
import { originOf } from '../activity/origin.js'
import { holdVerified } from '../credentials/hold-verified.js'
import { insertActivity, type Origin } from '../database/activities.table.js'
import type { Tables } from '../database/database.js'
import { keepPersonByEmail, type Person } from '../database/people.queries.js'
import { keyOf } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { atLeast } from '../limits/at-least.js'
import { addressOf, takeAttempt } from '../limits/limits.js'
import { queueNotice, queueToken } from '../mail/queue-mail.js'
import { problem } from '../problems.js'
import { assertCurrentPassword } from '../sessions/assert-current-password.js'
import { changeOf } from './mask-email.js'

/** Longer than the work takes, when its duration would reveal something. */
const answerMs = 150

/** `me.changeEmail`: writes to the new address; the present one stays until the new one is confirmed. */
export const changeEmailHandler =
  (deps: ApiDeps): Handler<typeof me.changeEmail> =>
  async (request, reply) => {
    await changeEmail(deps, callerOf(request), request.body, originOf(request))
    return reply.code(202).send()
  }

/**
 * When verification is mandatory, a taken address gets the same answer and the same e-mail to the present address, and
 * its owner is told.
 * @throws Problem `wrong-password`, `email-taken`, `rate-limited`
 */
async function changeEmail(deps: ApiDeps, caller: Caller, body: ChangeEmail, origin: Origin): Promise<void> {
  const verified = await assertCurrentPassword(deps, caller, body.currentPassword)
  await takeAttempt(deps, {
    'resend-minute': `change ${keyOf(body.email)}`,
    'mail-recipient': `change ${keyOf(body.email)}`,
    'mail-person': caller.id,
    'mail-address': addressOf(deps.config, origin.ip),
  })
  const mandatory = deps.config.EMAIL_VERIFICATION === 'mandatory'
  await atLeast(mandatory ? answerMs : 0, async () => {
    const mailIds = await holdVerified(deps, verified, body.currentPassword, (trx, person) =>
      askBoth(trx, deps, person, body.email, origin),
    )
    if (!mailIds) throw problem('wrong-password')
    for (const mailId of mailIds) deps.enqueue('send-mail', { mailId })
  })
}

/** Writes to the present address, which may stop the change, and to the new one. Returns the ids of the e-mails. */
async function askBoth(
  trx: Transaction<Tables>,
  deps: ApiDeps,
  person: Person,
  email: string,
  origin: Origin,
): Promise<string[]> {
  if (person.disabled_at) throw problem('unauthenticated')
  const owner = await keepPersonByEmail(trx, email)
  const others = owner !== undefined && owner.id !== person.id
  if (others && deps.config.EMAIL_VERIFICATION !== 'mandatory') throw problem('email-taken')
  const details = changeOf(person.email, email)
  await insertActivity(trx, { userId: person.id, type: 'email-change-requested', origin, details })
  const data = { newEmail: email, ip: origin.ip ?? '–' }
  const stop = { kind: 'stop-email-change', purpose: 'stop-email-change', data } as const
  const change = { kind: 'change-email', purpose: 'change-email' } as const
  return [
    await queueToken(trx, deps, stop, person, origin),
    others
      ? await queueNotice(trx, 'already-registered', { ...owner, nickname: '' }, origin)
      : await queueToken(trx, deps, change, { ...person, email }, origin),
  ]
}
