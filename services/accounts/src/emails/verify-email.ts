import type { emails } from '@likeness/contracts/endpoints'
import type { Guards } from '@likeness/runtime/auth'
import { callerOf } from '@likeness/runtime/caller'
import { violates } from '@likeness/runtime/database-errors'
import type { Handler } from '@likeness/runtime/serve'
import { originOf } from '../activity/origin.js'
import { hashOfToken } from '../credentials/one-time-tokens.js'
import { insertActivity, type Origin } from '../database/activities.table.js'
import { findToken, markTokenUsed, type OneTimeTokenRow } from '../database/one-time-tokens.table.js'
import { findPerson, lockPerson, lockPersonByEmail, type Person } from '../database/people.queries.js'
import { keyOf, markVerified, setEmail } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { atLeast } from '../limits/at-least.js'
import { addressOf, takeAttempt } from '../limits/limits.js'
import { queueNotice, queueToken } from '../mail/queue-mail.js'
import { problem } from '../problems.js'
import { endAccess } from '../sessions/end-access.js'
import { changeOf } from './mask-email.js'

const answerMs = 150

/** `emails.resendVerification` */
export const resendVerificationHandler =
  (deps: ApiDeps, guards: Guards): Handler<typeof emails.resendVerification> =>
  async (request, reply) => {
    const origin = originOf(request)
    if (request.headers.authorization === undefined) {
      const email = request.body?.email
      if (email === undefined) throw problem('unauthenticated')
      await resend(deps, email, origin)
    } else {
      await guards.signedIn(request)
      const person = await findPerson(deps.db, callerOf(request).id)
      if (!person) throw problem('unauthenticated')
      await resend(deps, person.email, origin, person.id)
    }
    return reply.code(202).send()
  }

/** `emails.verify` */
export const verifyEmailHandler =
  (deps: ApiDeps): Handler<typeof emails.verify> =>
  async (request) => {
    const email = await confirmEmail(deps, request.body.token, originOf(request))
    return { email, emailVerified: true }
  }

/** Sends the link again, if there is an address to verify; takes as long when there is not. */
async function resend(deps: ApiDeps, email: string, origin: Origin, asker?: string): Promise<void> {
  await takeAttempt(deps, {
    'resend-minute': keyOf(email),
    'mail-recipient': `resend ${keyOf(email)}`,
    'mail-person': asker,
    'mail-address': addressOf(deps.config, origin.ip),
  })
  await atLeast(answerMs, async () => {
    const mailId = await deps.db.transaction().execute(async (trx) => {
      const person = await lockPersonByEmail(trx, email)
      if (!person || person.email_verified_at || person.disabled_at) return undefined
      return queueToken(trx, deps, { kind: 'verify-email', purpose: 'verify-email' }, person, origin)
    })
    if (mailId !== undefined) deps.enqueue('send-mail', { mailId })
  })
}

/**
 * Uses up a token that verifies or changes an address. Returns the address that is now verified.
 * @throws Problem `token-invalid`, `token-expired`, `email-taken`
 */
async function confirmEmail(deps: ApiDeps, token: string, origin: Origin): Promise<string> {
  const found = await findToken(deps.db, hashOfToken(token), ['verify-email', 'change-email'])
  if (!found) throw problem('token-invalid')
  if (found.expired) throw problem('token-expired')
  try {
    const mailId = await deps.db.transaction().execute(async (trx) => {
      const person = await lockPerson(trx, found.user_id)
      if (!person || person.disabled_at) throw problem('token-invalid')
      if (!(await markTokenUsed(trx, found.hash))) throw problem('token-invalid')
      if (found.purpose === 'change-email') return changeAddress(trx, person, found, origin)
      if (!(await markVerified(trx, person.id, found.email))) throw problem('token-invalid')
      const changes = { emailVerified: { before: false, after: true } }
      await insertActivity(trx, { userId: person.id, type: 'email-verified', origin, changes })
      return undefined
    })
    if (mailId !== undefined) deps.enqueue('send-mail', { mailId })
    return found.email
  } catch (error) {
    if (violates(error, 'users_email')) throw problem('email-taken')
    throw error
  }
}

type Trx = Parameters<typeof setEmail>[0]

/** Tells the old address, and voids every link sent before. */
async function changeAddress(
  trx: Trx,
  person: Person,
  found: OneTimeTokenRow,
  origin: Origin,
): Promise<string> {
  await setEmail(trx, person.id, found.email)
  await endAccess(trx, person.id, 'sessions-stay')
  const { from: before, to: after } = changeOf(person.email, found.email)
  const changes = { email: { before, after } }
  await insertActivity(trx, { userId: person.id, type: 'email-changed', origin, changes })
  return queueNotice(trx, 'email-changed', person, origin, {
    newEmail: found.email,
    ip: origin.ip ?? '–',
  })
}
