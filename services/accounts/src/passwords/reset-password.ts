import type { ResetPassword } from '@likeness/contracts'
import type { emails } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { originOf } from '../activity/origin.js'
import { hashOfToken } from '../credentials/one-time-tokens.js'
import { insertActivity, type Origin } from '../database/activities.table.js'
import { findToken, markTokenUsed } from '../database/one-time-tokens.table.js'
import { findPerson, lockPerson, lockPersonByEmail, type Person } from '../database/people.queries.js'
import { keyOf, markVerified, setPassword } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { atLeast } from '../limits/at-least.js'
import { addressOf, takeAttempt } from '../limits/limits.js'
import { deviceOf, queueNotice, queueToken } from '../mail/queue-mail.js'
import { problem } from '../problems.js'
import { endAccess } from '../sessions/end-access.js'
import { rememberDevice } from '../sessions/known-device.js'
import { assertStrong, wordsOf } from './password-policy.js'

const answerMs = 150

/** `emails.requestReset` */
export const requestResetHandler =
  (deps: ApiDeps): Handler<typeof emails.requestReset> =>
  async (request, reply) => {
    await requestReset(deps, request.body.email, originOf(request))
    return reply.code(202).send()
  }

/** `emails.resetPassword` */
export const resetPasswordHandler =
  (deps: ApiDeps): Handler<typeof emails.resetPassword> =>
  async (request, reply) => {
    const owner = await resetPassword(deps, request.body, originOf(request))
    // The reader of the e-mail is the owner, even while others guess.
    reply.header('set-cookie', rememberDevice(deps, request, owner))
    return reply.code(204).send()
  }

/** Sends the link to the owner of this address; takes as long when there is none. */
async function requestReset(deps: ApiDeps, email: string, origin: Origin): Promise<void> {
  await takeAttempt(deps, { 'reset-hour': keyOf(email), 'mail-address': addressOf(deps.config, origin.ip) })
  await atLeast(answerMs, async () => {
    const mailId = await deps.db.transaction().execute(async (trx) => {
      const person = await lockPersonByEmail(trx, email)
      if (!person || person.disabled_at) return undefined
      return queueToken(trx, deps, { kind: 'reset-password', purpose: 'reset-password' }, person, origin)
    })
    if (mailId !== undefined) deps.enqueue('send-mail', { mailId })
  })
}

/**
 * A password the policy refuses leaves the token unused, for another try.
 * @throws Problem `token-invalid`, `token-expired`, `weak-password`
 */
async function resetPassword(
  deps: ApiDeps,
  body: ResetPassword,
  origin: Origin,
): Promise<Pick<Person, 'id' | 'password_hash'>> {
  const found = await findToken(deps.db, hashOfToken(body.token), ['reset-password'])
  if (!found) throw problem('token-invalid')
  if (found.expired) throw problem('token-expired')
  const owner = await findPerson(deps.db, found.user_id)
  if (!owner) throw problem('token-invalid')
  await assertStrong(body.password, wordsOf(owner))
  const hash = await deps.hasher.hash(body.password)
  const mailId = await deps.db.transaction().execute(async (trx) => {
    const person = await lockPerson(trx, owner.id)
    if (!person || person.disabled_at) throw problem('token-invalid')
    if (!(await markTokenUsed(trx, found.hash))) throw problem('token-invalid')
    await setPassword(trx, person.id, hash)
    // Opening the link proves that its reader receives the e-mails to this address.
    await markVerified(trx, person.id, found.email)
    await endAccess(trx, person.id, { reason: 'password-changed' })
    await insertActivity(trx, { userId: person.id, type: 'password-reset', origin })
    return queueNotice(trx, 'password-changed', person, origin, deviceOf(origin))
  })
  await deps.ended.look()
  deps.enqueue('send-mail', { mailId })
  return { id: owner.id, password_hash: hash }
}
