import { createHash } from 'node:crypto'
import { CompiledQuery, type Kysely } from 'kysely'
import pg from 'pg'
import { PooledDatabase } from './pooled-database.js'

const preparedName = /^\s*\/\* prepared: ([\w-]+) \*\//

/** Kysely hands a statement over as text and values; pg prepares those that come with a name. */
export class PreparingClient extends pg.Client {
  override query(...given: unknown[]): never {
    const [text] = given
    const name = typeof text === 'string' ? preparedName.exec(text)?.[1] : undefined
    return super.query(...withName(name, given)) as never
  }
}

function withName(name: string | undefined, given: unknown[]): [pg.QueryConfig] {
  const [text, values, ...rest] = given
  const call = name === undefined ? given : [{ name, text, values }, undefined, ...rest]
  // pg takes text or an object, a callback or none: more forms than a type of this can repeat.
  return call as [pg.QueryConfig]
}

/**
 * A hot statement: its text is written once, with `$1` for the first value, and each connection prepares it once. It
 * skips the query builder, whose work costs more than that of the database for a statement of one row.
 * @param name of the prepared statement; one name, one text
 * @param text names its columns one by one: with `*` it fails once a migration adds one
 * @returns runs it with its values, on a database or in a transaction
 */
export function statement<Row>(name: string, text: string) {
  const marked = `/* prepared: ${name} */ ${text}`
  // A database of any tables: the text is not typed.
  return async (db: Pick<Kysely<unknown>, 'executeQuery'>, ...values: readonly unknown[]): Promise<Row[]> => {
    const { rows } =
      db instanceof PooledDatabase
        ? await db.pool.query({ name, text: marked, values: [...values] })
        : await db.executeQuery(CompiledQuery.raw(marked, [...values]))
    return rows as Row[]
  }
}

/** Names given by text, in a process. The statements of a library are few; more would fill the server's memory. */
const names = new Map<string, string>()
const mostNames = 200

/**
 * Prepares every statement with values: for a library that hands over the same few texts again and again. Several of its
 * parts share one connection to listen by, where each waits for the statement before, as pg asks for.
 */
export class NamingClient extends pg.Client {
  private last: Promise<unknown> = Promise.resolve()

  override query(...given: unknown[]): never {
    const [text, values] = given
    const name = typeof text === 'string' && Array.isArray(values) ? nameOf(text) : undefined
    const run = () => super.query(...withName(name, given)) as unknown
    if (typeof text !== 'string' || given.some((one) => typeof one === 'function')) return run() as never
    const result = this.last.then(run, run)
    this.last = result
    return result as never
  }
}

function nameOf(text: string): string | undefined {
  const known = names.get(text)
  if (known !== undefined || names.size >= mostNames) return known
  const name = createHash('sha256').update(text).digest('hex').slice(0, 16)
  names.set(text, name)
  return name
}
