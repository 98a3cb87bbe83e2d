import { migrateDatabase } from '@likeness/runtime'
import { migrations } from './database/database.js'

/**
 * Brings the media database up to this release.
 * @param databaseUrl `postgres://…`
 * @returns the migrations that ran
 * @throws DatabaseNewerError when a newer release migrated it
 */
export const migrate = (databaseUrl: string): Promise<string[]> => migrateDatabase(databaseUrl, migrations)
