import { randomBytes } from 'node:crypto'
import { createAdmin, migrate as migrateAccounts } from '@likeness/accounts'
import { viewFault } from '@likeness/contracts'
import { migrate as migrateMedia } from '@likeness/media'
import { Problem } from '@likeness/runtime/problem'
import { StartError } from '@likeness/runtime/process'
import { Fault } from '../fault.js'
import type { Databases } from './databases.js'
import type { Settings } from './settings.js'

/**
 * Migrates both databases to this release.
 *
 * @throws Fault when one of them is from another release that this one cannot use
 */
export async function migrate(databases: Databases): Promise<void> {
  try {
    await Promise.all([migrateAccounts(databases.accounts), migrateMedia(databases.media)])
  } catch (error) {
    throw error instanceof StartError ? new Fault(error.message) : error
  }
}

/**
 * Creates the first administrator, once.
 *
 * @returns the password to show when it was generated here
 * @throws Fault when ADMIN_EMAIL or ADMIN_PASSWORD is not good enough
 */
export async function makeFirstAdmin(
  databases: Databases,
  { email, password }: Settings['admin'],
): Promise<{ password: string } | undefined> {
  const madeUp = randomBytes(15).toString('base64url')
  try {
    const result = await createAdmin(databases.accounts, { email, password: password ?? madeUp })
    return result === 'created' && password === undefined ? { password: madeUp } : undefined
  } catch (error) {
    if (!(error instanceof Problem)) throw new Fault(`No first administrator: ${messageOf(error)}.`)
    const reasons = (error.details.errors ?? []).map((one) => viewFault(one, 'en').message).join('; ')
    throw new Fault(`No first administrator: ${error.kind.title.en} (${reasons}).`)
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
