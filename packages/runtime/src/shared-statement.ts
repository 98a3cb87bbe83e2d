import type { Kysely } from 'kysely'
import { type Batched, batched } from './batched.js'
import { isRefused } from './database-errors.js'

export type SharingDb = Pick<Kysely<unknown>, 'executeQuery' | 'isTransaction'>

/** A row with the index of its call. */
export type Numbered<Row> = Row & { readonly nth: number }

type Call<Values, Row> = {
  readonly values: Values
  row?: Row | undefined
  /** The database refused the statement that it shared. */
  refused?: boolean
}

// A statement's own cost is shared well before; a larger one would keep the first of its calls waiting for the last.
const mostTogether = 32

/**
 * Lets those who ask in one moment share a statement (ADR 50): while one runs, further calls gather, and the next carries
 * them all. Parsing, planning, the round trip and the commit are then paid once; a call that comes alone goes at once.
 *
 * When the database refuses a shared statement, it has undone it, and each call is made alone, where it fails for itself.
 * When the connection is lost, nobody knows what was done, and all of its calls fail.
 *
 * @param together makes calls, and waits for no lock: the others would wait for it too. Each row has the index of its call
 * @param alone makes one call, where that is cheaper; in a transaction every call is made alone
 * @param pauseMs between two statements while calls keep coming, in which more of them gather
 * @returns makes a call; undefined when it has no row
 */
export function sharedStatement<Values, Row>({
  together,
  alone = async (db, values) => rowOf((await together(db, [values]))[0]),
  pauseMs,
}: {
  together: (db: SharingDb, values: readonly Values[]) => Promise<readonly Numbered<Row>[]>
  alone?: (db: SharingDb, values: Values) => Promise<Row | undefined>
  pauseMs: number
}): (db: SharingDb, values: Values) => Promise<Row | undefined> {
  async function carry(db: SharingDb, calls: readonly Call<Values, Row>[]): Promise<void> {
    const [first, second] = calls
    if (first && !second) {
      first.row = await alone(db, first.values)
      return
    }
    try {
      const rows = await together(
        db,
        calls.map(({ values }) => values),
      )
      for (const row of rows) {
        const call = calls[row.nth]
        if (call) call.row = rowOf(row)
      }
    } catch (error) {
      if (!isRefused(error)) throw error
      for (const call of calls) call.refused = true
    }
  }

  const gathering = new WeakMap<SharingDb, Batched<Call<Values, Row>>>()
  return async (db, values) => {
    if (db.isTransaction) return alone(db, values)
    const add =
      gathering.get(db) ?? batched((calls) => carry(db, calls), { most: mostTogether, everyMs: pauseMs })
    gathering.set(db, add)
    const call: Call<Values, Row> = { values }
    await add(call)
    return call.refused ? alone(db, values) : call.row
  }
}

function rowOf<Row>(numbered: Numbered<Row> | undefined): Row | undefined {
  if (numbered === undefined) return undefined
  const { nth: _nth, ...row } = numbered
  return row as unknown as Row
}
