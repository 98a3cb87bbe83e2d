import { Kysely, type Migration, type MigrationProvider, Migrator, PostgresDialect, sql } from 'kysely'
import pg from 'pg'

export type Migrations = Readonly<Record<string, Migration>>

/** The database was migrated by a newer release than the one that runs. */
export class DatabaseNewerError extends Error {
  override name = 'DatabaseNewerError'
}

/** The database has not been migrated to what this release needs. */
export class DatabaseOlderError extends Error {
  override name = 'DatabaseOlderError'
}

/**
 * Runs every migration this release knows and the database lacks.
 * @throws DatabaseNewerError when the database has migrations this release does not know.
 */
export async function migrateDatabase(url: string, migrations: Migrations): Promise<string[]> {
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    const { unknown } = await compareMigrations(db, migrations)
    if (unknown.length > 0) throw newer(unknown)
    const { error, results } = await new Migrator({ db, provider: providerOf(migrations) }).migrateToLatest()
    if (error) throw error
    return (results ?? []).map((result) => result.migrationName)
  } finally {
    await db.destroy()
  }
}

/**
 * Refuses to run on a database that is not exactly as migrated as this release expects.
 * @throws DatabaseNewerError, DatabaseOlderError
 */
export async function assertMigrated<Tables>(
  db: Kysely<Tables>,
  migrations: Migrations,
  command: string,
): Promise<void> {
  const { unknown, missing } = await compareMigrations(db, migrations)
  if (unknown.length > 0) throw newer(unknown)
  if (missing.length > 0) {
    throw new DatabaseOlderError(
      `The database lacks ${missing.length} migration(s): run \`${command}\` first.`,
    )
  }
}

const newer = (unknown: string[]) =>
  new DatabaseNewerError(
    `The database was migrated by a newer release of Likeness (${unknown.at(-1)}): run that release or a later one.`,
  )

const providerOf = (migrations: Migrations): MigrationProvider => ({
  getMigrations: () => Promise.resolve({ ...migrations }),
})

async function compareMigrations<Tables>(db: Kysely<Tables>, migrations: Migrations) {
  const exists = await sql<{
    found: boolean
  }>`select to_regclass('kysely_migration') is not null as found`.execute(db)
  const done = exists.rows[0]?.found
    ? (await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)).rows.map(
        (row) => row.name,
      )
    : []
  const known = Object.keys(migrations)
  return {
    unknown: done.filter((name) => !known.includes(name)),
    missing: known.filter((name) => !done.includes(name)),
  }
}
