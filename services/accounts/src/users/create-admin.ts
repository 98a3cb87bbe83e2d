import { Email, Username } from '@likeness/contracts'
import { type Database, newId, violates } from '@likeness/runtime'
import { insertActivity, ourselves } from '../database/activities.table.js'
import type { Tables } from '../database/database.js'
import { lockAdmins } from '../database/users.table.js'
import { openGroups } from '../groups/groups.js'
import type { Hasher } from '../passwords/hasher.js'
import { assertStrong } from '../passwords/password-policy.js'
import { createUser } from './create-user.js'

export type NewAdmin = {
  readonly email: string
  readonly password: string
  readonly username?: string
  readonly group?: string
}

/** Why an administrator cannot be made of what was given. */
export class AdminRefusedError extends Error {
  override name = 'AdminRefusedError'
}

/**
 * Makes the first administrator. Whoever runs it again finds one and changes nothing.
 * @throws Problem `weak-password`, AdminRefusedError
 */
export async function createFirstAdmin(
  deps: { db: Database<Tables>; hasher: Hasher },
  admin: NewAdmin,
): Promise<'created' | 'exists'> {
  const email = Email.safeParse(admin.email)
  if (!email.success) throw new AdminRefusedError(`${admin.email} is not an e-mail address`)
  const username = Username.safeParse(admin.username ?? 'admin')
  if (!username.success) throw new AdminRefusedError(`the username ${username.error.issues[0]?.message}`)
  // Asked before the expensive part: this runs at every start.
  if ((await deps.db.transaction().execute(lockAdmins)).length > 0) return 'exists'
  await assertStrong(admin.password, [email.data, username.data])
  const passwordHash = await deps.hasher.hash(admin.password)
  const id = newId()
  try {
    return await deps.db.transaction().execute(async (trx) => {
      if ((await lockAdmins(trx)).length > 0) return 'exists'
      await createUser(trx, {
        id,
        username: username.data,
        email: email.data,
        verified: true,
        ghost: false,
        passwordHash,
        role: 'admin',
        group: admin.group ?? openGroups().fallback,
        profile: {},
      })
      await insertActivity(trx, { userId: id, type: 'registered', origin: ourselves, details: { by: 'cli' } })
      return 'created'
    })
  } catch (error) {
    if (violates(error, 'users_username')) throw new AdminRefusedError('this username is taken')
    if (violates(error, 'users_email')) throw new AdminRefusedError('this e-mail address is taken')
    throw error
  }
}
