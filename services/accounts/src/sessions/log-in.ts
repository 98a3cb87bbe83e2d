import { randomBytes } from 'node:crypto'
import type { LogIn } from '@likeness/contracts'
import type { sessions } from '@likeness/contracts/endpoints'
import type { Guards } from '@likeness/runtime/auth'
import type { Transaction } from '@likeness/runtime/database'
import type { Handler } from '@likeness/runtime/serve'
import type { Request } from '@likeness/runtime/server'
import { originOf } from '../activity/origin.js'
import { holdVerified } from '../credentials/hold-verified.js'
import { insertFailedLogin, type Origin } from '../database/activities.table.js'
import type { Tables } from '../database/database.js'
import { findPersonByLogin, type Person } from '../database/people.queries.js'
import { openSession, type SessionRow } from '../database/sessions.table.js'
import { keyOf, replaceHash } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { addressOf, forgiveLogin, mayNotify, takeAttempt } from '../limits/limits.js'
import { deviceOf, queueNotice } from '../mail/queue-mail.js'
import { problem } from '../problems.js'
import { viewMe } from '../profiles/user-view.js'
import { issueTokens } from './issue-tokens.js'
import { findKnownDevice, rememberDevice } from './known-device.js'
import { cookiesOf } from './session-cookies.js'

/** `sessions.logIn` */
export const logInHandler =
  (deps: ApiDeps, guards: Guards): Handler<typeof sessions.logIn> =>
  async (request, reply) => {
    const { person, session } = await logIn(deps, guards, request, request.body)
    const tokens = await issueTokens(deps, session, person.role)
    const { cookies, body } = cookiesOf(deps.config, tokens)
    const inCookie = request.query.cookie === 'true'
    const remembered = rememberDevice(deps, request, person)
    reply.header('set-cookie', inCookie ? [...cookies, remembered] : [remembered])
    return reply.code(201).send({ ...(inCookie ? body : tokens), user: viewMe(person, deps.config) })
  }

/**
 * An unknown user and a wrong password get one answer for the same work: a count, a hash, an activity row.
 * @throws Problem `invalid-credentials`, `account-disabled`, `email-not-verified`, `rate-limited`
 */
async function logIn(
  deps: ApiDeps,
  guards: Guards,
  request: Request,
  { login, password, refreshToken }: LogIn,
): Promise<{ person: Person; session: SessionRow }> {
  const { config, db, hasher } = deps
  const origin = originOf(request)
  const known = await findPersonByLogin(db, login)
  // When no answer may reveal whether an address is known, two names of one account must not share a count.
  const mandatory = config.EMAIL_VERIFICATION === 'mandatory'
  const account = known && !mandatory ? known.id : keyOf(login)
  const device = known && (await findKnownDevice(deps, guards, request, known, refreshToken))
  const from = addressOf(config, origin.ip)
  await takeAttempt(
    deps,
    device === undefined
      ? { 'login-minute': account, 'login-hour': account, 'login-address': from }
      : { 'device-minute': device, 'device-hour': device, 'device-address': from },
  )
  const right = await hasher.verify(known?.password_hash, password)
  const opened =
    right && known
      ? await holdVerified(deps, known, password, (trx, person) => admit(trx, deps, person, origin))
      : undefined
  if (!opened) {
    await insertFailedLogin(db, known?.id ?? null, origin)
    throw problem('invalid-credentials')
  }
  const { person, session, mailId } = opened
  if (mailId !== undefined) deps.enqueue('send-mail', { mailId })
  // The owner is here: a minute's typing errors are forgiven, but an hour of guessing by others still counts.
  await (device === undefined ? forgiveLogin(deps, 'login', account) : forgiveLogin(deps, 'device', device))
  if (!hasher.isOutdated(person.password_hash)) return { person, session }
  const renewed = await hasher.hash(password)
  await replaceHash(db, person.id, person.password_hash, renewed)
  return { person: { ...person, password_hash: renewed }, session }
}

/**
 * @param person as they are under the lock: anything that ends their sessions comes before, and is seen here, or after,
 * and ends this one too
 */
async function admit(
  trx: Transaction<Tables>,
  { config }: ApiDeps,
  person: Person,
  origin: Origin,
): Promise<{ person: Person; session: SessionRow; mailId: string | undefined }> {
  if (person.disabled_at) throw problem('account-disabled')
  const mandatory = config.EMAIL_VERIFICATION === 'mandatory'
  if (person.ghost || (mandatory && !person.email_verified_at)) throw problem('email-not-verified')
  const { session, before } = await openSession(trx, { userId: person.id, seed: randomBytes(32) }, origin, {
    sliding: config.REFRESH_SLIDING_DAYS,
    absolute: config.REFRESH_ABSOLUTE_DAYS,
  })
  const isNewDevice = before.any && !before.same && (await mayNotify(trx, config, 'new-device', person.id))
  const mailId = isNewDevice
    ? await queueNotice(trx, 'new-device', person, origin, deviceOf(origin))
    : undefined
  return { person, session, mailId }
}
