import { Kysely, type Migration, type MigrationProvider, Migrator, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { StartError } from './process.js'

export type Migrations = Readonly<Record<string, Migration>>

/**
 * Runs every migration this release knows and the database lacks.
 * @throws StartError when the database has migrations that this release does not know
 */
export async function migrateDatabase(url: string, migrations: Migrations): Promise<string[]> {
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    await missingMigrations(db, migrations)
    const { error, results } = await new Migrator({ db, provider: providerOf(migrations) }).migrateToLatest()
    if (error) throw error
    return (results ?? []).map((result) => result.migrationName)
  } finally {
    await db.destroy()
  }
}

/**
 * Refuses to run on a database that is not exactly as migrated as this release expects.
 * @throws StartError
 */
export async function assertMigrated<Tables>(
  db: Kysely<Tables>,
  migrations: Migrations,
  command: string,
): Promise<void> {
  const missing = await missingMigrations(db, migrations)
  if (missing.length > 0) {
    throw new StartError(`The database lacks ${missing.length} migration(s): run \`${command}\` first.`)
  }
}

const providerOf = (migrations: Migrations): MigrationProvider => ({
  getMigrations: () => Promise.resolve({ ...migrations }),
})

/**
 * The migrations that this release knows and the database lacks.
 * @throws StartError when the database has others
 */
async function missingMigrations<Tables>(db: Kysely<Tables>, migrations: Migrations): Promise<string[]> {
  const exists = await sql<{
    found: boolean
  }>`select to_regclass('kysely_migration') is not null as found`.execute(db)
  const done = exists.rows[0]?.found
    ? (await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)).rows.map(
        (row) => row.name,
      )
    : []
  const known = Object.keys(migrations)
  const unknown = done.filter((name) => !known.includes(name))
  // Before the first release migrations were named by day, such as 2026-11-20-first.
  const unreleased = unknown.find((name) => name.startsWith('2026-'))
  if (unreleased !== undefined) {
    throw new StartError(
      `The database was made before the first release of Likeness (${unreleased}), and no release can upgrade it: ` +
        'start with an empty database, or with a new DATA_DIR if `npm start` made this one.',
    )
  }
  if (unknown.length > 0) {
    throw new StartError(
      `The database was migrated by a newer release of Likeness (${unknown.at(-1)}): run that release or a later one.`,
    )
  }
  return known.filter((name) => !done.includes(name))
}
