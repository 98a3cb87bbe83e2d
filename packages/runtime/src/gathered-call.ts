import type { Kysely } from 'kysely'
import pg from 'pg'
import { type Batched, batched } from './batched.js'
import { statement } from './prepared.js'

/** A row that the function of the database returns; `busy`: it changed nothing, since it would have had to wait. */
type Answer<Row> = Row & { readonly busy: boolean }

type Call<Row> = {
  readonly values: readonly unknown[]
  row?: Row | undefined
  /** It has to be made once more, alone. */
  again?: boolean
}

type Db = Pick<Kysely<unknown>, 'executeQuery' | 'isTransaction'>

// A statement's own cost is shared well before; a larger one would keep the first of its calls waiting for the last.
const mostTogether = 32

/**
 * A hot call of a function that does one thing in the database, shared between those who ask in one moment (ADR 50):
 * while one statement runs, further calls gather, and the next statement carries them all. Parsing, planning, the round
 * trip and the commit are then paid once; a call that comes alone goes at once, as any `statement`.
 *
 * Calls that share a statement share its transaction, so none may make others wait or fail. The function's last parameter,
 * `waits`, is false then, and the function answers `busy` rather than wait for a lock; a busy call, and each call of a
 * statement that the database refused, is made again alone, where it waits and fails for itself.
 *
 * @param name of the prepared statements
 * @param parameters of the function but `waits`: names and types of PostgreSQL, in the order of the values
 * @param select what is read of its row, `busy` included, with `answer` for the row
 * @returns makes the call with its values, on a database, or in a transaction, where it waits and is alone; undefined when
 * the function returned no row
 */
export function gatheredCall<Row>(
  name: string,
  of: {
    readonly function: string
    readonly parameters: Readonly<Record<string, string>>
    readonly select: string
  },
) {
  const names = Object.keys(of.parameters)
  const fields = Object.entries(of.parameters).map((parameter) => parameter.join(' '))
  const numbered = fields.map((_, index) => `$${index + 1}`)
  const alone = statement<Answer<Row>>(
    name,
    `select ${of.select} from ${of.function}(${[...numbered, `$${fields.length + 1}`].join(', ')}) as answer`,
  )
  const together = statement<Answer<Row> & { readonly nth: number }>(
    `${name}-together`,
    `select call.nth, ${of.select}
    from jsonb_to_recordset($1::jsonb) as call(nth integer, ${fields.join(', ')}),
      ${of.function}(${[...names.map((field) => `call.${field}`), 'false'].join(', ')}) as answer`,
  )
  const waiting = async (db: Db, values: readonly unknown[]): Promise<Row | undefined> =>
    (await alone(db, ...values, true))[0]

  const answer = (call: Call<Row>, row: Answer<Row> | undefined) =>
    Object.assign(call, row?.busy ? { again: true } : { row })

  /** Makes calls in one statement. @throws when it was lost, so that nobody knows what it did */
  async function carry(db: Db, calls: readonly Call<Row>[]): Promise<void> {
    const [first, second] = calls
    if (first && !second) {
      answer(first, (await alone(db, ...first.values, false))[0])
      return
    }
    const records = calls.map(({ values }, nth) => ({
      nth,
      ...Object.fromEntries(names.map((field, index) => [field, values[index]])),
    }))
    try {
      const rows = await together(db, JSON.stringify(records))
      const answers = new Map(rows.map((row) => [row.nth, row]))
      for (const [nth, call] of calls.entries()) answer(call, answers.get(nth))
    } catch (error) {
      const isRefused = error instanceof pg.DatabaseError && error.severity === 'ERROR'
      if (!isRefused) throw error
      for (const call of calls) call.again = true
    }
  }

  const gathering = new WeakMap<Db, Batched<Call<Row>>>()
  return async (db: Db, ...values: readonly unknown[]): Promise<Row | undefined> => {
    if (db.isTransaction) return waiting(db, values)
    const call: Call<Row> = { values }
    const add = gathering.get(db) ?? batched((calls) => carry(db, calls), { most: mostTogether })
    gathering.set(db, add)
    await add(call)
    return call.again ? waiting(db, values) : call.row
  }
}
