import { ProblemBody, Register, Registered } from '@likeness/contracts'
import { newId, type Server, violates } from '@likeness/runtime'
import { originOf } from '../activity/origin.js'
import { insertActivity, type Origin } from '../database/activities.table.js'
import { findPerson, type Person } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { addressOf, takeAttempt } from '../limits/limits.js'
import { assertStrong } from '../passwords/password-policy.js'
import { problem } from '../problems.js'
import { readProfilePatch } from '../profiles/read-profile-patch.js'
import { createUser } from './create-user.js'
import { viewUser } from './user-view.js'

/** POST /v1/users: makes an account. */
export function registerRoute(server: Server, deps: ApiDeps): void {
  server.post(
    '/v1/users',
    {
      schema: {
        tags: ['users'],
        summary: 'Register',
        body: Register,
        response: { 201: Registered, '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      const person = await register(deps, request.body, originOf(request))
      return reply.code(201).send({ ...viewUser(person), emailVerification: 'not-required' as const })
    },
  )
}

/**
 * Makes a user with their profile, in one transaction.
 * @throws Problem `validation-failed`, `username-taken`, `email-taken`, `weak-password`, `rate-limited`
 */
export async function register(deps: ApiDeps, body: Register, origin: Origin): Promise<Person> {
  await takeAttempt(deps, { 'register-address': addressOf(deps.config, origin.ip) })
  const { username, email, password, group = deps.groups.fallback } = body
  if (!deps.groups.isOpen(group)) throw notOpen(deps, group)
  const profile = readProfilePatch(deps, { custom: {}, ...body.profile }, { group, custom: {} })
  await assertStrong(password, [username, email])
  const passwordHash = await deps.hasher.hash(password)
  const id = newId()
  try {
    await deps.db.transaction().execute(async (trx) => {
      await createUser(trx, { id, username, email, passwordHash, role: 'user', group, profile })
      await insertActivity(trx, { userId: id, type: 'registered', origin })
    })
  } catch (error) {
    if (violates(error, 'users_username')) throw problem('username-taken')
    if (violates(error, 'users_email')) throw problem('email-taken')
    throw error
  }
  const person = await findPerson(deps.db, id)
  if (!person) throw problem('user-not-found')
  return person
}

function notOpen({ groups }: ApiDeps, group: string) {
  const open = groups.names.filter((name) => groups.isOpen(name))
  const message = `${JSON.stringify(group)} is not open for registration; open are: ${open.join(', ')}`
  return problem('validation-failed', {}, { errors: [{ path: 'group', message }] })
}
