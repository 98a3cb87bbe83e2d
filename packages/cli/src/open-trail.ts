import type { Database } from '@likeness/runtime/database'
import type { DrainSource } from '@likeness/runtime/drain/drain-audit'
import type { Migrations } from '@likeness/runtime/migrations'
import type { TrailTable } from '@likeness/runtime/trail/format'
import { type Service, settingsOf } from './services.js'

/** Statements here are texts. */
type NoTables = Record<never, never>

/** What a command does with a trail: its database, its tables, and how their events are read. */
type Trail = {
  readonly db: Database<NoTables>
  readonly tables: readonly TrailTable[]
  readonly sources: readonly DrainSource[]
  close(): Promise<void>
}

type Operations = {
  readonly migrations: Migrations
  readonly trailTables: readonly TrailTable[]
  readonly trailSources: (db: never) => readonly DrainSource[]
}

/**
 * Opens the trail of a service.
 * @throws ConfigError; StartError when its database is of another release
 */
export async function openTrail(service: Service): Promise<Trail> {
  return service === 'media'
    ? open(service, await import('@likeness/media/operations'))
    : open(service, await import('@likeness/accounts/operations'))
}

async function open(service: Service, { migrations, trailTables, trailSources }: Operations): Promise<Trail> {
  const [{ ProcessConfig }, { openDatabase }, { assertMigrated }] = await Promise.all([
    import('@likeness/runtime/config'),
    import('@likeness/runtime/database'),
    import('@likeness/runtime/migrations'),
  ])
  const { DATABASE_URL } = await settingsOf(service, ProcessConfig.pick({ DATABASE_URL: true }))
  const db = openDatabase<NoTables>(DATABASE_URL, {
    name: 'likeness audit',
    max: 2,
    onError: () => undefined,
  })
  const close = () => db.destroy()
  try {
    await assertMigrated(db, migrations, 'likeness migrate')
  } catch (error) {
    await close()
    throw error
  }
  return { db, tables: trailTables, sources: trailSources(db as never), close }
}
