import type { AdminPatch } from '@likeness/contracts'
import type { Transaction } from '@likeness/runtime'
import type { Tables } from '../database/database.js'
import { lockAdmins } from '../database/users.table.js'
import { problem } from '../problems.js'

/**
 * Refuses what would leave nobody to administer, while nobody else can do the same.
 * @param change what is about to be done to the user; without it they go altogether
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
