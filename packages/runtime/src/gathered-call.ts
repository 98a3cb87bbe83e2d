import type { Kysely } from 'kysely'
import pg from 'pg'
import { type Batched, batched } from './batched.js'
import { statement } from './prepared.js'

/** A row that the function of the database returns; `busy`: it changed nothing, since it would have had to wait. */
type Answer<Row> = Row & { readonly busy: boolean }

type Values<Name extends string> = Readonly<Partial<Record<Name, unknown>>>

type Call<Name extends string, Row> = {
  readonly values: Values<Name>
  row?: Row | undefined
  /** It has to be made once more, alone. */
  again?: boolean
}

type Db = Pick<Kysely<unknown>, 'executeQuery' | 'isTransaction'>

// A statement's own cost is shared well before; a larger one would keep the first of its calls waiting for the last.
const mostTogether = 32

/**
 * A hot call of a function that does one thing in the database, shared between those who ask in one moment (ADR 50):
 * while its statement runs, further calls gather, and the next statement carries them all. Parsing, planning, the round
 * trip and the commit are then paid once; a call that comes alone goes at once, as any `statement`.
 *
 * Calls that share a statement share its transaction, so none may make others wait or fail. The function's last parameter,
 * `waits`, is false then, and the function answers `busy` rather than wait for a lock; a busy call, and each call of a
 * statement that the database refused, is made again alone, where it waits and fails for itself.
 *
 * @param name of the prepared statements
 * @param parameters of the function but `waits`, in its order: names and types of PostgreSQL
 * @param select what is read of its row, `busy` included
 * @param pauseMs between two statements while calls keep coming, in which more of them gather
 * @returns makes the call with its values (null where one is left out), on a database, or in a transaction, where it waits
 * and is alone; undefined when the function returned no row
 */
export const gatheredCall =
  <Row>() =>
  <const Name extends string>(
    name: string,
    of: {
      readonly function: string
      readonly parameters: Readonly<Record<Name, string>>
      readonly select: string
      readonly pauseMs: number
    },
  ) => {
    const names = Object.keys(of.parameters) as Name[]
    const inOrder = (values: Values<Name>) => names.map((parameter) => values[parameter])
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

    /** Makes a call alone. */
    async function wait(db: Db, values: Values<Name>): Promise<Row | undefined> {
      const [answer] = await alone(db, ...inOrder(values), true)
      return answer && rowOf(answer)
    }

    function take(call: Call<Name, Row>, answer: Answer<Row> | undefined): void {
      if (answer?.busy) call.again = true
      else call.row = answer && rowOf(answer)
    }

    /** Makes calls in one statement. @throws when it was lost, so that nobody knows what it did */
    async function carry(db: Db, calls: readonly Call<Name, Row>[]): Promise<void> {
      const [first, second] = calls
      if (first && !second) {
        take(first, (await alone(db, ...inOrder(first.values), false))[0])
        return
      }
      const records = calls.map(({ values }, nth) => ({ nth, ...values }))
      try {
        const answers = await together(db, JSON.stringify(records))
        const byCall = new Map(answers.map(({ nth, ...answer }) => [nth, answer as unknown as Answer<Row>]))
        for (const [nth, call] of calls.entries()) take(call, byCall.get(nth))
      } catch (error) {
        const isRefused = error instanceof pg.DatabaseError && error.severity === 'ERROR'
        if (!isRefused) throw error
        for (const call of calls) call.again = true
      }
    }

    const gathering = new WeakMap<Db, Batched<Call<Name, Row>>>()
    return async (db: Db, values: Values<Name>): Promise<Row | undefined> => {
      if (db.isTransaction) return wait(db, values)
      const call: Call<Name, Row> = { values }
      const add =
        gathering.get(db) ?? batched((calls) => carry(db, calls), { most: mostTogether, everyMs: of.pauseMs })
      gathering.set(db, add)
      await add(call)
      return call.again ? wait(db, values) : call.row
    }
  }

/** The row without its mark; undefined when it was busy. */
const rowOf = <Row>({ busy, ...row }: Answer<Row>): Row | undefined =>
  busy ? undefined : (row as unknown as Row)
