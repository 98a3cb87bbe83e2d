import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { CommandError } from '../finish.js'
import type { ServiceParts } from './archive.js'
import { copied, tablesOf } from './dump-service.js'
import { readPart } from './parts.js'

/**
 * How far sequences go on after a restore. What they gave after the backup is in use elsewhere: a version is part of
 * addresses that caches keep for ever, and a `seq` names an event wherever the audit is sent.
 */
const gap = 1_000_000

/** Tables in which a migration leaves a row. */
const seeded = ['stats_state', 'webhook_cursor']

export type TargetState =
  /** Nothing is in it. */
  | 'empty'
  /** This very backup was restored into it. */
  | 'restored'

/**
 * What a database holds that a backup is to be restored into.
 * @throws CommandError when it holds anything else than nothing, or that backup
 */
export async function stateOf(
  client: pg.Client,
  { service, id }: { service: string; id: string },
): Promise<TargetState> {
  const { rows } = await client.query<{ tables: number; note: string | null }>(`
    select (select count(*) from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')) as tables,
      obj_description(to_regclass('public.kysely_migration'), 'pg_class') as note`)
  const { tables = 0, note = null } = rows[0] ?? {}
  if (tables === 0) return 'empty'
  if (note === noteOf(id)) return 'restored'
  const names = (await tablesOf(client)).map(({ name }) => name).filter((name) => !seeded.includes(name))
  if (note === null) {
    const held: string[] = []
    for (const name of names) {
      const found = await client.query(`select from "${name}" limit 1`)
      if (found.rowCount !== 0) held.push(name)
    }
    if (held.length === 0) return 'empty'
  }
  throw new CommandError(`The database of ${service} is not empty: restore into an empty one.`)
}

const noteOf = (id: string): string => `restored from backup ${id}`

/**
 * Loads the tables of a service into a migrated, empty database. Nothing is seen of it before `commit` of the connection.
 * @param client in a transaction
 */
export async function loadService(
  client: pg.Client,
  {
    service,
    parts,
    backup,
    id,
    tell,
  }: {
    service: string
    parts: ServiceParts
    backup: string
    id: string
    tell: (rows: number) => void
  },
): Promise<void> {
  const names = parts.tables.map(({ name }) => name)
  // A service that was started too early writes before this or after it, never in between.
  await client.query(`lock table ${names.map((name) => `"${name}"`).join(', ')} in share row exclusive mode`)
  if ((await stateOf(client, { service, id })) !== 'empty')
    throw new CommandError(`Another run has restored the database of ${service}.`)
  for (const name of seeded.filter((one) => names.includes(one))) await client.query(`delete from "${name}"`)
  for (const name of await inOrder(client, names)) {
    const table = parts.tables.find((one) => one.name === name)
    if (!table) continue
    const into = client.query(copyFrom(`copy ${copied(name, table.columns)} from stdin`))
    await pipeline(readPart(backup, table), into)
    if (into.rowCount !== table.rows)
      throw new Error(`${table.file} has ${into.rowCount} rows instead of ${table.rows}`)
    tell(table.rows)
  }
  for (const [name, last] of Object.entries(parts.sequences))
    await client.query('select setval(to_regclass(quote_ident($1)), $2)', [name, last + gap])
  await client.query(`comment on table kysely_migration is '${noteOf(id)}'`)
}

/** Tables so that each comes after those that its rows refer to. */
async function inOrder(client: pg.Client, names: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string; needs: string }>(`
    select c.relname as name, r.relname as needs from pg_constraint k
    join pg_class c on c.oid = k.conrelid join pg_class r on r.oid = k.confrelid
    where k.contype = 'f' and k.connamespace = 'public'::regnamespace and k.conrelid <> k.confrelid`)
  const ordered: string[] = []
  const left = new Set(names)
  while (left.size > 0) {
    const ready = [...left].filter((name) => !rows.some((row) => row.name === name && left.has(row.needs)))
    if (ready.length === 0) throw new Error(`tables refer to each other in a circle: ${[...left].join(', ')}`)
    for (const name of ready) left.delete(name)
    ordered.push(...ready)
  }
  return ordered
}
