import { Email, readInEnglish, Username } from '@likeness/contracts'
import type { Database } from '@likeness/runtime/database'
import { violates } from '@likeness/runtime/database-errors'
import { newId } from '@likeness/runtime/ids'
import { StartError } from '@likeness/runtime/process'
import type { Hasher } from '../credentials/hasher.js'
import { commandLine, insertActivity } from '../database/activities.table.js'
import type { Tables } from '../database/database.js'
import { lockAdmins } from '../database/users.table.js'
import { openGroups } from '../groups/groups.js'
import { assertStrong } from '../passwords/password-policy.js'
import { createUser } from './create-user.js'

export type NewAdmin = {
  readonly email: string
  readonly password: string
  readonly username?: string
  readonly group?: string
}

const refused = (what: string, faults: readonly { message: string }[]) =>
  new StartError(faults.map(({ message }) => `${what} ${message}`).join('; '))

/**
 * Creates the first administrator; a second run finds one and changes nothing.
 * @throws Problem `weak-password`, StartError
 */
export async function createFirstAdmin(
  deps: { db: Database<Tables>; hasher: Hasher },
  admin: NewAdmin,
): Promise<'created' | 'exists'> {
  const email = readInEnglish(Email, admin.email)
  if (email.faults) throw refused(`the address ${admin.email}`, email.faults)
  const username = readInEnglish(Username, admin.username ?? 'admin')
  if (username.faults) throw refused('the username', username.faults)
  // Checked before the expensive part, because this runs at every start.
  if ((await deps.db.transaction().execute(lockAdmins)).length > 0) return 'exists'
  await assertStrong(admin.password, [email.value, username.value])
  const passwordHash = await deps.hasher.hash(admin.password)
  const id = newId()
  try {
    return await deps.db.transaction().execute(async (trx) => {
      if ((await lockAdmins(trx)).length > 0) return 'exists'
      await createUser(trx, {
        id,
        username: username.value,
        email: email.value,
        verified: true,
        ghost: false,
        passwordHash,
        role: 'admin',
        group: admin.group ?? openGroups().fallback,
        profile: {},
      })
      await insertActivity(trx, { userId: id, type: 'registered', origin: commandLine() })
      return 'created'
    })
  } catch (error) {
    if (violates(error, 'users_username')) throw new StartError('this username is taken')
    if (violates(error, 'users_email')) throw new StartError('this e-mail address is taken')
    throw error
  }
}
