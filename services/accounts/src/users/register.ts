import { type FieldFault, ProfilePatch, Register, readValid } from '@likeness/contracts'
import type { users } from '@likeness/contracts/endpoints'
import { violates } from '@likeness/runtime/database-errors'
import { newId } from '@likeness/runtime/ids'
import { invalid } from '@likeness/runtime/judge-requests'
import type { Handler } from '@likeness/runtime/serve'
import { originOf } from '../activity/origin.js'
import { insertActivity, type Origin } from '../database/activities.table.js'
import { findPerson, findPersonByEmail, type Person } from '../database/people.queries.js'
import { keyOf } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { atLeast } from '../limits/at-least.js'
import { addressOf, giveBackAttempt, takeAttempt, type Whom } from '../limits/limits.js'
import { queueToken } from '../mail/queue-mail.js'
import { weaknessesOf } from '../passwords/password-policy.js'
import { problem } from '../problems.js'
import { faultsOfProfile } from '../profiles/profile-faults.js'
import { readProfilePatch } from '../profiles/read-profile-patch.js'
import { viewMe } from '../profiles/user-view.js'
import { createUser, type NewUser } from './create-user.js'
import { generateUsername } from './generate-username.js'

/** Longer than a registration takes, when its duration would reveal something. */
const answerMs = 300

/** `users.register` */
export const registerHandler =
  (deps: ApiDeps): Handler<typeof users.register> =>
  async (request, reply) => {
    const mandatory = deps.config.EMAIL_VERIFICATION === 'mandatory'
    const person = await atLeast(mandatory ? answerMs : 0, () =>
      register(deps, request.body, request.faults, originOf(request)),
    )
    return reply.code(201).send(viewMe(person, deps.config))
  }

/**
 * Creates a user with their profile, and an e-mail to verify the address. When verification is mandatory, registering a
 * known address creates a ghost: the same answer for the same work, and the owner is told.
 * @param found the faults its schema found in the body, which is then passed on as it came
 * @throws Problem `validation-failed`, `username-taken`, `email-taken`, `weak-password`, `rate-limited`
 */
async function register(
  deps: ApiDeps,
  body: Register,
  found: readonly FieldFault[],
  origin: Origin,
): Promise<Person> {
  const { config } = deps
  const address = addressOf(config, origin.ip)
  await takeAttempt(deps, { 'register-attempts': address })
  await assertRegistrable(deps, body, found)
  const { username, email, password, group = deps.groups.fallback } = body
  const profile = readProfilePatch(deps, body.profile ?? {}, {})
  const counted: Whom = {
    'register-address': address,
    ...(config.EMAIL_VERIFICATION === 'off'
      ? {}
      : { 'mail-address': address, 'mail-recipient': `register ${keyOf(email)}` }),
  }
  await takeAttempt(deps, counted)
  try {
    const passwordHash = await deps.hasher.hash(password)
    const user = { username, email, passwordHash, role: 'user', group, profile, verified: false } as const
    return await makeAccount(deps, user, origin)
  } catch (error) {
    // It created no account and no e-mail.
    await giveBackAttempt(deps, counted)
    if (violates(error, 'users_username')) throw problem('username-taken')
    if (violates(error, 'users_email')) throw problem('email-taken')
    throw error
  }
}

type Draft = Omit<NewUser, 'id' | 'ghost' | 'username'> & { readonly username: string | undefined }

async function makeAccount(deps: ApiDeps, user: Draft, origin: Origin): Promise<Person> {
  const mandatory = deps.config.EMAIL_VERIFICATION === 'mandatory'
  for (;;) {
    const owner = mandatory ? await findPersonByEmail(deps.db, user.email) : undefined
    const named = { ...user, username: user.username ?? generateUsername() }
    try {
      return await makeUser(deps, named, owner, origin)
    } catch (error) {
      // The generated name is taken: another is generated.
      if (user.username === undefined && violates(error, 'users_username')) continue
      // The address was taken since it was looked up: now it has an owner.
      if (!mandatory || !violates(error, 'users_email')) throw error
    }
  }
}

/** @param owner the person who already has the address, if any; the new user is then a ghost */
async function makeUser(
  deps: ApiDeps,
  user: Omit<NewUser, 'id' | 'ghost'>,
  owner: Person | undefined,
  origin: Origin,
): Promise<Person> {
  const { db, config } = deps
  const { person, mailId } = await db.transaction().execute(async (trx) => {
    const id = newId()
    await createUser(trx, { ...user, id, ghost: owner !== undefined })
    await insertActivity(trx, { userId: id, type: 'registered', origin })
    const person = await findPerson(trx, id)
    if (!person) throw new Error('a user is gone in the transaction that created it')
    if (config.EMAIL_VERIFICATION === 'off') return { person, mailId: undefined }
    const kind = owner ? 'already-registered' : 'verify-email'
    const to = { ...person, email: owner?.email ?? person.email }
    return { person, mailId: await queueToken(trx, deps, { kind, purpose: 'verify-email' }, to, origin) }
  })
  if (mailId !== undefined) deps.enqueue('send-mail', { mailId })
  return person
}

/** Refuses with all faults at once; a weak password as the only fault has its own answer. */
async function assertRegistrable(deps: ApiDeps, body: unknown, found: readonly FieldFault[]): Promise<void> {
  const given = readValid(Register, body)
  const profile = readValid(ProfilePatch, (body as Partial<Register> | null)?.profile)
  const { group = deps.groups.fallback } = given
  const isFound = ({ path }: Pick<FieldFault, 'path'>) => found.some((one) => one.path === path)
  const faults = [...found]
  const needsName = deps.config.USERNAME === 'required' && given.username === undefined
  if (needsName && !isFound({ path: 'username' })) faults.unshift({ path: 'username', code: 'required' })
  const isGroup = !isFound({ path: 'group' })
  if (isGroup && !deps.groups.isOpen(group)) {
    const open = deps.groups.names.filter((name) => deps.groups.isOpen(name)).join(', ')
    faults.push({ path: 'group', code: 'not-an-open-group', parameters: { groups: open } })
  } else {
    // Extra fields are checked only for a valid group.
    const asked = isGroup ? { custom: {}, ...profile } : { ...profile, custom: undefined }
    const more = faultsOfProfile(deps, asked, { group, custom: {}, person: undefined })
    faults.push(...more.filter((one) => !isFound(one)))
  }
  const words = [given.username, given.email, ...namesIn(profile)].filter((word) => word !== undefined)
  const weak = given.password === undefined ? [] : await weaknessesOf(given.password, words)
  if (faults.length > 0) throw invalid([...faults, ...weak])
  if (weak.length > 0) throw problem('weak-password', { errors: weak })
}

const namesIn = ({ firstName, lastName, nickname, companyName }: Partial<ProfilePatch>): string[] =>
  [firstName, lastName, nickname, companyName].filter((name): name is string => typeof name === 'string')
