import { testDatabase } from '@likeness/test-kit'
import pg from 'pg'
import t, { type Test } from 'tap'
import { openDatabase } from './database.js'
import { gatheredRead } from './gathered-read.js'

type Tables = { seats: { line: number; name: string; holder: string | null } }

/** Counts its statements: they differ by the time at which each began. */
const findSeat = gatheredRead<{ holder: string | null; began: string }>()(
  'find-seat',
  { line: 'integer', name: 'text' },
  `select asked.nth, holder, statement_timestamp()::text as began
  from asked join seats on seats.line = asked.line and seats.name = asked.name where 1 / (asked.line + 1) >= 0`,
)

async function migrate(url: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query(`
    create table seats (line integer, name text, holder text, primary key (line, name));
    insert into seats select n, 'seat "' || n || '"', 'holder ' || n from generate_series(0, 99) n`)
  await client.end()
}

async function open(t: Test) {
  const url = await testDatabase(t, { name: 'numbered_seats', migrate })
  const db = openDatabase<Tables>(url, { name: 'seats', max: 4, onError: () => undefined })
  t.teardown(() => db.destroy())
  const find = (line: number) => findSeat(db, { line, name: `seat "${line}"` })
  return { db, find }
}

const lines = (count: number) => Array.from({ length: count }, (_, line) => line)

t.test('the first of many reads goes at once, the others share statements, 32 at most', async (t) => {
  const { find } = await open(t)
  const found = await Promise.all(lines(40).map(find))
  t.strictSame(
    found.map((seat) => seat?.holder),
    lines(40).map((line) => `holder ${line}`),
    'each gets its own row',
  )
  t.equal(new Set(found.map((seat) => seat?.began)).size, 3)
})

t.test('a row that several ask for, and one that is not there', async (t) => {
  const { find, db } = await open(t)
  const reads = [5, 6, 7, 6, 500, 6].map(find)
  const found = await Promise.all([...reads, findSeat(db, { line: 5, name: 'seat "6"' })])
  t.strictSame(
    found.map((seat) => seat?.holder),
    ['holder 5', 'holder 6', 'holder 7', 'holder 6', undefined, 'holder 6', undefined],
  )
})

t.test('a read that the database refuses fails alone', async (t) => {
  const { find } = await open(t)
  const outcomes = await Promise.allSettled([1, 2, -1, 3].map(find))
  t.strictSame(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
  )
  t.match(outcomes[2], { reason: { code: '22012' } })
})

t.test('who reads after a write sees it, whatever is being read meanwhile', async (t) => {
  const { db, find } = await open(t)
  const write = (turn: number) =>
    db
      .updateTable('seats')
      .set({ holder: `holder in turn ${turn}` })
      .where('line', '=', 1)
      .execute()
  for (let turn = 0; turn < 20; turn += 1) {
    const others = [2, 1, 3, 1].map(find)
    await write(turn)
    const seat = await find(1)
    t.equal(seat?.holder, `holder in turn ${turn}`)
    await Promise.all(others)
  }
})

t.test('in a transaction a read is alone, and sees what the transaction wrote', async (t) => {
  const { db, find } = await open(t)
  await db.transaction().execute(async (trx) => {
    await trx.updateTable('seats').set({ holder: 'somebody' }).where('line', '=', 1).execute()
    const [outside, inside] = await Promise.all([find(1), findSeat(trx, { line: 1, name: 'seat "1"' })])
    t.equal(outside?.holder, 'holder 1')
    t.equal(inside?.holder, 'somebody')
  })
})
