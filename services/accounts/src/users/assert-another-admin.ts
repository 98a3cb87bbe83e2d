import type { AdminPatch } from '@likeness/contracts'
import type { Transaction } from '@likeness/runtime/database'
import type { Tables } from '../database/database.js'
import { lockAdmins } from '../database/users.table.js'
import { problem } from '../problems.js'

/**
 * Refuses a change that would leave no administrator, and makes concurrent ones wait.
 * @param change what is about to change for the user; without it the user is about to be deleted
 * @throws Problem `last-admin`
 */
export async function assertAnotherAdmin(
  trx: Transaction<Tables>,
  id: string,
  change: Pick<AdminPatch, 'role' | 'disabled'> = { disabled: true },
): Promise<void> {
  const admins = await lockAdmins(trx)
  const stays = change.disabled !== true && (change.role === undefined || change.role === 'admin')
  if (!stays && admins.length === 1 && admins[0] === id) throw problem('last-admin')
}
