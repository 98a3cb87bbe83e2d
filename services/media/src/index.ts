import { migrateDatabase } from '@likeness/runtime/migrations'
import { migrations } from './database/database.js'

/**
 * Brings the media database up to this release.
 * @param databaseUrl `postgres://…`
 * @returns the migrations that ran
 * @throws StartError when a newer release migrated it, or one that was never released
 */
export const migrate = (databaseUrl: string): Promise<string[]> => migrateDatabase(databaseUrl, migrations)
