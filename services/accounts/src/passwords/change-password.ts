import type { ChangePassword } from '@likeness/contracts'
import type { me } from '@likeness/contracts/endpoints'
import { type Caller, callerOf } from '@likeness/runtime/caller'
import type { Handler } from '@likeness/runtime/serve'
import { originOf } from '../activity/origin.js'
import { holdVerified } from '../credentials/hold-verified.js'
import { insertActivity, type Origin } from '../database/activities.table.js'
import { setPassword } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { mayNotify } from '../limits/limits.js'
import { deviceOf, queueNotice } from '../mail/queue-mail.js'
import { problem } from '../problems.js'
import { assertCurrentPassword } from '../sessions/assert-current-password.js'
import { endAccess } from '../sessions/end-access.js'
import { rememberDevice } from '../sessions/known-device.js'
import { assertStrong, wordsOf } from './password-policy.js'

/** `me.changePassword` */
export const changePasswordHandler =
  (deps: ApiDeps): Handler<typeof me.changePassword> =>
  async (request, reply) => {
    const caller = callerOf(request)
    const hash = await changePassword(deps, caller, request.body, originOf(request))
    reply.header('set-cookie', rememberDevice(deps, request, { id: caller.id, password_hash: hash }))
    return reply.code(204).send()
  }

/** @throws Problem `wrong-password`, `weak-password`, `rate-limited` */
async function changePassword(
  deps: ApiDeps,
  caller: Caller,
  { currentPassword, password }: ChangePassword,
  origin: Origin,
): Promise<string> {
  const verified = await assertCurrentPassword(deps, caller, currentPassword)
  await assertStrong(password, wordsOf(verified))
  const hash = await deps.hasher.hash(password)
  const mailId = await holdVerified(deps, verified, currentPassword, async (trx, person) => {
    if (person.disabled_at) throw problem('unauthenticated')
    await setPassword(trx, person.id, hash)
    await endAccess(trx, person.id, { reason: 'password-changed', except: caller.sessionId })
    await insertActivity(trx, { userId: person.id, type: 'password-changed', origin })
    if (!(await mayNotify(trx, deps.config, 'password-changed', person.id))) return null
    return queueNotice(trx, 'password-changed', person, origin, deviceOf(origin))
  })
  if (mailId === undefined) throw problem('wrong-password')
  await deps.ended.look()
  if (mailId !== null) deps.enqueue('send-mail', { mailId })
  return hash
}
