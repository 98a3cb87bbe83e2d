import { statement } from './prepared.js'
import { type Numbered, type SharingDb, sharedStatement } from './shared-statement.js'

/** A row that the function of the database returns; `busy`: it changed nothing, since it would have had to wait. */
type Answer<Row> = Row & { readonly busy: boolean }

type Values<Name extends string> = Readonly<Partial<Record<Name, unknown>>>

/**
 * A hot call of a function that does one thing in the database, shared between those who ask in one moment (ADR 50).
 *
 * Calls that share a statement share its transaction, so none may make others wait or fail. The function's last parameter,
 * `waits`, is false then, and the function answers `busy` rather than wait for a lock; a busy call is made again alone,
 * where it waits.
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
    const fields = Object.entries(of.parameters).map((parameter) => parameter.join(' '))
    const numbered = fields.map((_, index) => `$${index + 1}`)
    const one = statement<Answer<Row>>(
      name,
      `select ${of.select} from ${of.function}(${[...numbered, `$${fields.length + 1}`].join(', ')}) as answer`,
    )
    const several = statement<Numbered<Answer<Row>>>(
      `${name}-together`,
      `select call.nth, ${of.select}
      from jsonb_to_recordset($1::jsonb) as call(nth integer, ${fields.join(', ')}),
      ${of.function}(${[...names.map((field) => `call.${field}`), 'false'].join(', ')}) as answer`,
    )
    const make = async (db: SharingDb, values: Values<Name>, waits: boolean) =>
      (await one(db, ...names.map((parameter) => values[parameter]), waits))[0]

    const share = sharedStatement<Values<Name>, Answer<Row>>({
      alone: (db, values) => make(db, values, false),
      together: (db, calls) => several(db, JSON.stringify(calls.map((values, nth) => ({ nth, ...values })))),
      pauseMs: of.pauseMs,
    })
    return async (db: SharingDb, values: Values<Name>): Promise<Row | undefined> => {
      if (!db.isTransaction) {
        const shared = await share(db, values)
        if (!shared?.busy) return shared && rowOf(shared)
      }
      const waited = await make(db, values, true)
      return waited && rowOf(waited)
    }
  }

const rowOf = <Row>({ busy: _busy, ...row }: Answer<Row>): Row => row as unknown as Row
