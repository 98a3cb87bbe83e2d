import { type Changes, type Me, ProfilePatch, readValid, type UserPatch } from '@likeness/contracts'
import type { me } from '@likeness/contracts/endpoints'
import { callerOf } from '@likeness/runtime/caller'
import { violates } from '@likeness/runtime/database-errors'
import { isExpected } from '@likeness/runtime/entity-tags'
import { invalid } from '@likeness/runtime/judge-requests'
import type { Handler, RequestTo } from '@likeness/runtime/serve'
import { originOf } from '../activity/origin.js'
import { insertActivity, type Origin } from '../database/activities.table.js'
import { findPerson, lockPerson, type Person } from '../database/people.queries.js'
import { type ProfileChanges, updateProfile } from '../database/profiles.table.js'
import { setUsername } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'
import { faultsOfProfile } from './profile-faults.js'
import { readProfilePatch } from './read-profile-patch.js'
import { tagOfMe, viewMe } from './user-view.js'

/** `me.patch` */
export const patchMeHandler =
  (deps: ApiDeps): Handler<typeof me.patch> =>
  async (request, reply) => {
    if (request.faults.length > 0) throw await refusalOf(deps, request)
    const { id } = callerOf(request)
    const user = await patchMe(deps, id, request.body, request.headers['if-match'], originOf(request))
    reply.header('etag', tagOfMe(user))
    return user
  }

/** Adds the faults that are found only by reading the valid part of the profile. */
async function refusalOf(deps: ApiDeps, request: RequestTo<typeof me.patch>) {
  const person = await findPerson(deps.db, callerOf(request).id)
  if (!person) throw problem('unauthenticated')
  const profile = readValid(ProfilePatch, (request.body as UserPatch | null)?.profile)
  return invalid([...request.faults, ...faultsOfProfile(deps, profile, memberOf(person))])
}

const memberOf = (person: Person) => ({ group: person.group_name, custom: person.custom, person })

/** @throws Problem `stale`, `validation-failed`, `username-taken` */
async function patchMe(
  deps: ApiDeps,
  id: string,
  patch: UserPatch,
  ifMatch: string | undefined,
  origin: Origin,
): Promise<Me> {
  try {
    return await deps.db.transaction().execute(async (trx) => {
      const before = await lockPerson(trx, id)
      if (!before || before.disabled_at) throw problem('unauthenticated')
      const seen = viewMe(before, deps.config)
      if (!isExpected(ifMatch, (tag) => tag === tagOfMe(seen))) throw problem('stale')

      const profile = patch.profile ?? {}
      const faults = faultsOfProfile(deps, profile, memberOf(before))
      if (faults.length > 0) throw invalid(faults)
      const changes = differences(readProfilePatch(deps, profile, before.custom), before)
      const renamed = patch.username !== undefined && patch.username !== before.username
      const noted: Changes = Object.fromEntries(
        Object.entries(changes).map(([column, after]) => [
          toCamelCase(column),
          { before: before[column as keyof ProfileChanges], after },
        ]),
      )
      if (renamed) noted.username = { before: before.username, after: patch.username }
      if (Object.keys(noted).length === 0) return seen

      if (renamed) await setUsername(trx, id, patch.username ?? before.username)
      await updateProfile(trx, id, changes)
      await insertActivity(trx, { userId: id, type: 'profile-updated', origin, changes: noted })
      const after = await findPerson(trx, id)
      if (!after) throw problem('unauthenticated')
      return viewMe(after, deps.config)
    })
  } catch (error) {
    if (violates(error, 'users_username')) throw problem('username-taken')
    throw error
  }
}

function differences(changes: ProfileChanges, before: Person): ProfileChanges {
  return Object.fromEntries(
    Object.entries(changes).filter(([column, value]) => before[column as keyof ProfileChanges] !== value),
  )
}

const toCamelCase = (column: string) => column.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
