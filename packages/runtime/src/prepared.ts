import { CompiledQuery, type Kysely, sql } from 'kysely'
import pg from 'pg'

/**
 * Begins a statement that each connection prepares once, under this name: for hot statements whose planning
 * costs more than their run. Name its columns one by one: with `*` it fails once a migration adds one.
 */
export const prepared = (name: string) => sql.raw(`/* prepared: ${name} */`)
const preparedName = /^\s*\/\* prepared: ([\w-]+) \*\//

/** Kysely hands a statement over as text and values; pg prepares those that come with a name. */
export class PreparingClient extends pg.Client {
  override query(...given: unknown[]): never {
    const [text, values, ...rest] = given
    const name = typeof text === 'string' ? preparedName.exec(text)?.[1] : undefined
    const call = name === undefined ? given : [{ name, text, values }, undefined, ...rest]
    // pg takes text or an object, a callback or none: more forms than a type of this can repeat.
    return super.query(...(call as [pg.QueryConfig])) as never
  }
}

/**
 * A hot statement: its text is written once, with `$1` for the first value, and each connection prepares it once. It
 * skips the query builder, whose work costs more than that of the database for a statement of one row.
 * @param name of the prepared statement; one name, one text
 * @param text names its columns one by one, see `prepared`
 * @returns runs it with its values, on a database or in a transaction
 */
export function statement<Row>(name: string, text: string) {
  const marked = `/* prepared: ${name} */ ${text}`
  // A database of any tables: the text is not typed.
  return async (db: Pick<Kysely<unknown>, 'executeQuery'>, ...values: readonly unknown[]): Promise<Row[]> =>
    (await db.executeQuery<Row>(CompiledQuery.raw(marked, [...values]))).rows
}
