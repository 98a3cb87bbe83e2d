import { sql } from 'kysely'
import type { Service } from '../services.js'
import type { Finding } from './finding.js'

/** The oldest release of PostgreSQL that its makers still mend. */
const oldestMajor = 14
const mostSecondsOff = 2

/** The server, its release, its schema, its clock beside this one, and the last runs of upkeep. */
export async function checkDatabase(service: Service, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const [{ openDatabase }, { assertMigrated }] = await Promise.all([
    import('@likeness/runtime/database'),
    import('@likeness/runtime/migrations'),
  ])
  const { migrations } =
    service === 'media'
      ? await import('@likeness/media/operations')
      : await import('@likeness/accounts/operations')
  const db = openDatabase<unknown>(env.DATABASE_URL ?? '', {
    name: 'doctor',
    max: 1,
    onError: () => undefined,
  })
  try {
    const before = Date.now()
    const { rows } = await sql<{ version: number; name: string; at: Date }>`
      select current_setting('server_version_num')::int as version, current_setting('server_version') as name,
        clock_timestamp() as at`.execute(db)
    const [server] = rows
    if (!server) throw new Error('the database answered nothing')
    // Half the way there and back.
    const off = Math.abs(server.at.getTime() - (before + Date.now()) / 2) / 1000
    const isOld = server.version < oldestMajor * 10_000
    const found: Finding[] = [
      {
        name: 'database',
        ok: !isOld,
        says: `PostgreSQL ${server.name}${isOld ? `: upgrade it to ${oldestMajor} or later` : ''}`,
      },
      {
        name: 'clock',
        ok: off <= mostSecondsOff,
        says:
          off <= mostSecondsOff
            ? `within ${mostSecondsOff} s of the database’s`
            : `${off.toFixed(1)} s from the database’s: let both machines keep time by NTP`,
      },
    ]
    try {
      await assertMigrated(db, migrations, `likeness migrate --service ${service}`)
      found.push({ name: 'schema', ok: true, says: 'of this release' }, await checkUpkeep(service, db))
    } catch (error) {
      found.push({ name: 'schema', ok: false, says: error instanceof Error ? error.message : String(error) })
    }
    return found
  } finally {
    await db.destroy()
  }
}

async function checkUpkeep(
  service: Service,
  db: Parameters<typeof import('@likeness/runtime/upkeep-runs.table').findTaskStates>[0],
): Promise<Finding> {
  const [{ findTaskStates, isDead }, { upkeepTasks }] = await Promise.all([
    import('@likeness/runtime/upkeep-runs.table'),
    service === 'media' ? import('@likeness/media/upkeep-tasks') : import('@likeness/accounts/upkeep-tasks'),
  ])
  const states = await findTaskStates(db, Object.keys(upkeepTasks), 1)
  const bad = states.flatMap((state) =>
    state.runs.flatMap((run) =>
      isDead(run, state) || run.status === 'failed' ? [`the last run of ${state.task} failed`] : [],
    ),
  )
  const ran = states.filter(({ runs }) => runs.length > 0).length
  const says =
    bad.length > 0 ? `${bad.join(', ')}: see likeness upkeep` : `${ran} of ${states.length} tasks ran before`
  return { name: 'upkeep', ok: bad.length === 0, says }
}
