import type { AdminPatch, Changes } from '@likeness/contracts'
import type { administration } from '@likeness/contracts/endpoints'
import { callerOf, isAtLeast } from '@likeness/runtime/caller'
import type { Transaction } from '@likeness/runtime/database'
import { invalid } from '@likeness/runtime/judge-requests'
import type { Handler } from '@likeness/runtime/serve'
import { originOf } from '../activity/origin.js'
import { insertActivity, type Origin } from '../database/activities.table.js'
import type { Tables } from '../database/database.js'
import { findPerson, type Person } from '../database/people.queries.js'
import { markVerified, setStanding } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'
import { endAccess } from '../sessions/end-access.js'
import { assertAnotherAdmin } from '../users/assert-another-admin.js'
import { isSeenBy, tagOfUser, viewAdminUser } from './list-users.js'
import { type Actor, lockActedOn } from './lock-acted-on.js'

/** `administration.patchUser` */
export const administerUserHandler =
  (deps: ApiDeps): Handler<typeof administration.patchUser> =>
  async (request, reply) => {
    const actor = callerOf(request)
    const isSeen = isSeenBy(request.headers['if-match'], deps.config)
    const { id } = request.params
    const person = await administerUser(deps, actor, id, request.body, originOf(request), isSeen)
    await deps.ended.look()
    const user = viewAdminUser(person, deps.config)
    reply.header('etag', tagOfUser(user))
    return user
  }

/**
 * Each act leaves a row saying who did it and why, in the same transaction.
 * @param isSeen whether the user, who is locked, is still as the actor saw them
 * @throws Problem `unauthenticated`, `user-not-found`, `forbidden`, `stale`, `last-admin`, `validation-failed`
 */
export async function administerUser(
  { db, groups }: Pick<ApiDeps, 'db' | 'groups'>,
  actor: Actor,
  id: string,
  patch: AdminPatch,
  origin: Origin,
  isSeen: (person: Person) => boolean = () => true,
): Promise<Person> {
  if (patch.role !== undefined && actor.role !== 'admin') throw problem('forbidden')
  if (patch.group !== undefined && !groups.names.includes(patch.group)) {
    const parameters = { choices: groups.names.join(', ') }
    throw invalid([{ path: 'group', code: 'not-a-choice', parameters }])
  }
  return db.transaction().execute(async (trx) => {
    const person = await lockActedOn(trx, actor, id)
    if (!isSeen(person)) throw problem('stale')
    if (patch.role !== undefined || patch.disabled === true) await assertAnotherAdmin(trx, id, patch)

    for (const { type, changes, details } of await apply(trx, person, patch)) {
      await insertActivity(trx, {
        userId: id,
        type,
        origin,
        actorId: actor.id,
        actorRole: actor.role,
        ...(changes && { changes }),
        details: { ...details, ...(patch.reason === undefined ? {} : { reason: patch.reason }) },
      })
    }
    return (await findPerson(trx, id)) ?? person
  })
}

type Act = {
  readonly type: 'role-changed' | 'group-changed' | 'disabled' | 'enabled' | 'email-verified' | 'logout'
  readonly changes?: Changes
  readonly details?: Readonly<Record<string, string | number>>
}

async function apply(trx: Transaction<Tables>, person: Person, patch: AdminPatch): Promise<Act[]> {
  const acts: Act[] = []
  const { role = person.role, group = person.group_name } = patch
  const wasDisabled = person.disabled_at !== null
  const { disabled = wasDisabled } = patch
  if (role !== person.role)
    acts.push({ type: 'role-changed', changes: { role: { before: person.role, after: role } } })
  if (group !== person.group_name)
    acts.push({ type: 'group-changed', changes: { group: { before: person.group_name, after: group } } })
  if (disabled !== wasDisabled)
    acts.push({
      type: disabled ? 'disabled' : 'enabled',
      changes: { disabled: { before: wasDisabled, after: disabled } },
    })
  if (acts.length > 0) await setStanding(trx, person.id, { role, group, disabled })
  // An access token carries the role it was made with, so losing a role ends the sessions.
  const cause = disabled ? 'disabled' : isAtLeast(role, person.role) ? undefined : 'role-changed'
  if (cause !== undefined || patch.endSessions) {
    const ended = await endAccess(trx, person.id, { reason: cause ?? 'logout' })
    if (patch.endSessions && ended.length > 0) {
      acts.push({ type: 'logout', details: { sessions: ended.length } })
    }
  } else if (role !== person.role || disabled !== wasDisabled) {
    await endAccess(trx, person.id, 'sessions-stay')
  }
  if (
    patch.emailVerified &&
    !person.email_verified_at &&
    (await markVerified(trx, person.id, person.email))
  ) {
    acts.push({ type: 'email-verified', changes: { emailVerified: { before: false, after: true } } })
  }
  return acts
}
