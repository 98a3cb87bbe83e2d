import type { Kysely } from 'kysely'
import pg from 'pg'
import { statement } from './prepared.js'

/** The answer to one call, as the function of the database gives it; `busy`: it changed nothing, since it would have waited. */
type Answer<Row> = Row & { readonly busy: boolean }

type Call<Row> = {
  readonly values: readonly unknown[]
  readonly resolve: (row: Row | undefined | Promise<Row | undefined>) => void
  readonly reject: (error: unknown) => void
}

/** The calls on one database: those that a statement carries now, and those that the next one will. */
type Gate<Row> = { isOpen: boolean; waiting: Call<Row>[] }

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
  type Db = Pick<Kysely<unknown>, 'executeQuery' | 'isTransaction'>

  const waiting = async (db: Db, values: readonly unknown[]): Promise<Row | undefined> =>
    (await alone(db, ...values, true))[0]

  /** Makes the calls in one statement. */
  async function carry(db: Db, calls: readonly Call<Row>[]): Promise<void> {
    const [first] = calls
    if (first && calls.length === 1) {
      const [row] = await alone(db, ...first.values, false)
      first.resolve(row?.busy ? waiting(db, first.values) : row)
      return
    }
    const asked = calls.map(({ values }, nth) => ({
      nth,
      ...Object.fromEntries(names.map((field, index) => [field, values[index]])),
    }))
    const rows = await together(db, JSON.stringify(asked))
    const answers = new Map(rows.map((row) => [row.nth, row]))
    for (const [nth, call] of calls.entries()) {
      const row = answers.get(nth)
      call.resolve(row?.busy ? waiting(db, call.values) : row)
    }
  }

  /** Makes calls until none waits. */
  async function empty(db: Db, gate: Gate<Row>): Promise<void> {
    gate.isOpen = false
    while (gate.waiting.length > 0) {
      const calls = gate.waiting.splice(0, mostTogether)
      await carry(db, calls).catch((error: unknown) => {
        const isRefused = calls.length > 1 && error instanceof pg.DatabaseError && error.severity === 'ERROR'
        for (const call of calls)
          if (isRefused) call.resolve(waiting(db, call.values))
          else call.reject(error)
      })
    }
    gate.isOpen = true
  }

  const gates = new WeakMap<Db, Gate<Row>>()
  return (db: Db, ...values: readonly unknown[]): Promise<Row | undefined> => {
    if (db.isTransaction) return waiting(db, values)
    const gate = gates.get(db) ?? { isOpen: true, waiting: [] }
    gates.set(db, gate)
    return new Promise((resolve, reject) => {
      gate.waiting.push({ values, resolve, reject })
      if (gate.isOpen) void empty(db, gate)
    })
  }
}
