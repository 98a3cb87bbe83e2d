import type pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import type { ServiceParts } from './archive.js'
import { writePart } from './parts.js'

/** A table whose rows are worth keeping: unlogged ones may be lost anyway, and migrations note themselves. */
type Table = { readonly name: string; readonly columns: string[]; readonly estimate: number }

/** The tables of a service, by name. */
export async function tablesOf(client: pg.Client): Promise<Table[]> {
  const { rows } = await client.query<Table>(`
    select c.relname as name, greatest(c.reltuples, 0)::float8 as estimate,
      array(select a.attname::text from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
        order by a.attnum) as columns
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relpersistence = 'p'
      and c.relname not like 'kysely\\_%'
    order by c.relname`)
  return rows
}

/**
 * Writes every table of a service into the folder of a backup, and what its sequences have given.
 * @param client in a transaction whose snapshot stays
 * @param tell gets how many rows were written since the last call
 */
export async function dumpService(
  client: pg.Client,
  { folder, service, tell }: { folder: string; service: string; tell: (rows: number) => void },
): Promise<ServiceParts> {
  const migrations = await client.query<{ name: string }>('select name from kysely_migration order by name')
  // Sequences are outside of snapshots: read after it began, they are past every value in it.
  const { rows: sequences } = await client.query<{ name: string; last: number }>(`
    select sequencename::text as name, coalesce(last_value, 0) as last from pg_sequences where schemaname = 'public'`)
  const tables: ServiceParts['tables'] = []
  for (const { name, columns } of await tablesOf(client)) {
    let rows = 0
    const part = await writePart(
      folder,
      `${service}/${name}.copy.gz`,
      client.query(copyTo(`copy ${copied(name, columns)} to stdout`)),
      (chunk) => {
        // A line is a row: a break within a value is written as two characters.
        let more = 0
        for (const byte of chunk) if (byte === 10) more += 1
        rows += more
        tell(more)
      },
    )
    tables.push({ ...part, name, columns, rows })
  }
  return {
    migrations: migrations.rows.map((row) => row.name),
    tables,
    sequences: Object.fromEntries(sequences.map(({ name, last }) => [name, last])),
  }
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

/** A table and its columns, as COPY names them. */
export const copied = (table: string, columns: readonly string[]): string =>
  `${quoted(table)} (${columns.map(quoted).join(', ')})`
