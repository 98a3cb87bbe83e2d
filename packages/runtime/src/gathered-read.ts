import { statement } from './prepared.js'
import { type Numbered, type SharingDb, sharedStatement } from './shared-statement.js'

type Key<Name extends string> = Readonly<Record<Name, unknown>>

/**
 * A hot read of one row, shared between those who ask in one moment (ADR 50). It begins after it was asked for, so everybody
 * sees what they wrote before.
 * @param name of the prepared statement
 * @param key what a row is asked for by: names and types of PostgreSQL
 * @param text selects `asked.nth` and the columns of a row, from `asked`, which has the key
 * @returns reads the row of a key; undefined when there is none
 */
export const gatheredRead =
  <Row>() =>
  <const Name extends string>(
    name: string,
    key: Readonly<Record<Name, string>>,
    text: string,
  ): ((db: SharingDb, key: Key<Name>) => Promise<Row | undefined>) => {
    const names = Object.keys(key) as Name[]
    const lists = names.map((column, index) => `$${index + 1}::${key[column]}[]`)
    const read = statement<Numbered<Row>>(
      name,
      `with asked as (
        select ${names.join(', ')}, nth::integer - 1 as nth
        from unnest(${lists.join(', ')}) with ordinality as given (${names.join(', ')}, nth)
      ) ${text}`,
    )
    return sharedStatement<Key<Name>, Row>({
      together: (db, keys) => read(db, ...names.map((column) => keys.map((one) => one[column]))),
      pauseMs: 0,
    })
  }
