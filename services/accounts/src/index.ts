import { openDatabase } from '@likeness/runtime/database'
import { migrateDatabase } from '@likeness/runtime/migrations'
import { PasswordConfig } from './config.js'
import { openHasher } from './credentials/hasher.js'
import { migrations, type Tables } from './database/database.js'
import { createFirstAdmin, type NewAdmin } from './users/create-admin.js'

export type { NewAdmin }

/**
 * Brings the accounts database up to this release.
 * @param databaseUrl `postgres://…`
 * @returns the migrations that ran
 * @throws StartError when a newer release migrated it, or one that was never released
 */
export const migrate = (databaseUrl: string): Promise<string[]> => migrateDatabase(databaseUrl, migrations)

/**
 * Creates the first administrator, unless there is one.
 * @throws Problem `weak-password`; StartError with one line that says why not
 */
export async function createAdmin(databaseUrl: string, admin: NewAdmin): Promise<'created' | 'exists'> {
  const db = openDatabase<Tables>(databaseUrl, { name: 'accounts', max: 2, onError: () => undefined })
  try {
    return await createFirstAdmin({ db, hasher: openHasher(PasswordConfig.parse({})) }, admin)
  } finally {
    await db.destroy()
  }
}
