import { testDatabase, waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import pg from 'pg'
import t, { type Test } from 'tap'
import { openDatabase } from './database.js'
import { gatheredCall } from './gathered-call.js'

type Tables = { seats: { name: string; holder: string | null } }

/** Takes a seat: no row if there is none of that name, refused if its holder is nobody, busy if it is locked. */
const takeSeat = gatheredCall<{ seat: string }>()('take-seat', {
  function: 'take_seat',
  parameters: { the_name: 'text', the_holder: 'text', the_marks: 'integer[]', the_about: 'jsonb' },
  select: 'seat, busy',
  pauseMs: 1,
})

const take = (db: Parameters<typeof takeSeat>[0], the_name: string, the_holder?: string) =>
  takeSeat(db, { the_name, the_holder })

async function migrate(url: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query(`
    create table seats (name text primary key, holder text check (holder <> 'nobody'), marks integer[], about jsonb);
    insert into seats (name) select 'seat ' || n from generate_series(0, 99) n;
    create function take_seat(the_name text, the_holder text, the_marks integer[], the_about jsonb, waits boolean)
    returns table (busy boolean, seat text) language plpgsql as $$
    begin
      busy := not waits and not pg_try_advisory_xact_lock(hashtextextended(the_name, 0));
      if busy then return next; return; end if;
      if waits then perform pg_advisory_xact_lock(hashtextextended(the_name, 0)); end if;
      if the_holder = 'sleeper' then perform pg_advisory_xact_lock(1); end if;
      update seats set holder = the_holder, marks = the_marks, about = the_about where name = the_name
      returning name into seat;
      if found then return next; end if;
    end $$`)
  await client.end()
}

async function open(t: Test) {
  const url = await testDatabase(t, { name: 'seats', migrate })
  const db = openDatabase<Tables>(url, { name: 'seats', max: 4, onError: () => undefined })
  t.teardown(() => db.destroy())
  const other = new pg.Client(url)
  await other.connect()
  t.teardown(() => other.end())
  /** Whose seats they are, and how many statements took them. */
  const taken = async () => {
    const { rows } = await other.query(`
      select coalesce(json_object_agg(name, holder order by name), '{}') as holders, count(distinct xmin::text)::int as statements
      from seats where holder is not null`)
    return rows[0] as { holders: Record<string, string>; statements: number }
  }
  return { db, other, taken }
}

const seats = (count: number) => Array.from({ length: count }, (_, n) => `seat ${n}`)

t.test('the first of many calls goes at once, the others share statements, 32 at most', async (t) => {
  const { db, taken } = await open(t)
  const answers = await Promise.all(seats(40).map((name) => take(db, name, `holder of ${name}`)))
  t.strictSame(
    answers.map((answer) => answer?.seat),
    seats(40),
    'each gets its own answer',
  )
  const { holders, statements } = await taken()
  t.equal(Object.keys(holders).length, 40)
  t.equal(statements, 3)
})

t.test('values arrive the same alone and together: lists, JSON, quotes, nothing', async (t) => {
  const { db, other } = await open(t)
  const values = { the_holder: `a "b" \\ {c}, 'd' é 😀`, the_marks: [1, 2], the_about: { x: 1, of: ['"'] } }
  await Promise.all([
    ...seats(3).map((the_name) => takeSeat(db, { the_name, ...values })),
    take(db, 'seat 3'),
  ])
  const { rows } = await other.query('select holder, marks, about from seats order by name')
  t.same(rows[0], { holder: values.the_holder, marks: values.the_marks, about: values.the_about })
  t.same(
    (await other.query('select holder, marks, about from seats where holder is not null')).rows,
    Array(3).fill(rows[0]),
  )
})

t.test('a call without a row answers undefined, beside others that have one', async (t) => {
  const { db } = await open(t)
  const names = ['seat 1', 'no seat', 'seat 2', 'no seat']
  const answers = await Promise.all(names.map((name) => take(db, name, 'somebody')))
  t.strictSame(answers, [{ seat: 'seat 1' }, undefined, { seat: 'seat 2' }, undefined])
})

t.test('a call that the database refuses fails alone', async (t) => {
  const { db, taken } = await open(t)
  const calls = seats(6).map((name, n) => take(db, name, n % 2 === 0 ? 'nobody' : 'somebody'))
  const outcomes = await Promise.allSettled(calls)
  t.strictSame(
    outcomes.map(({ status }) => status),
    ['rejected', 'fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
  )
  t.match(outcomes[2], { reason: { code: '23514' } })
  t.strictSame(Object.keys((await taken()).holders), ['seat 1', 'seat 3', 'seat 5'])
})

t.test('a call that has to wait for a lock holds up nobody', async (t) => {
  const { db, other, taken } = await open(t)
  await other.query(`select pg_advisory_lock(hashtextextended('seat 1', 0))`)
  const held = [take(db, 'seat 1', 'first'), take(db, 'seat 1', 'second')]
  const others = seats(5).filter((name) => name !== 'seat 1')
  await Promise.all(others.map((name) => take(db, name, 'somebody')))
  t.strictSame(Object.keys((await taken()).holders), others)
  await other.query(`select pg_advisory_unlock(hashtextextended('seat 1', 0))`)
  t.strictSame(
    (await Promise.all(held)).map((answer) => answer?.seat),
    ['seat 1', 'seat 1'],
  )
})

t.test(
  'when the connection is lost, every call of the statement fails, and none is made again',
  async (t) => {
    const { db, other, taken } = await open(t)
    await other.query('select pg_advisory_lock(1)')
    const first = take(db, 'seat 0', 'somebody')
    const lost = Promise.allSettled([take(db, 'seat 1', 'sleeper'), take(db, 'seat 2', 'somebody')])
    await first
    const asleep = async () => {
      // Tests of other files wait in databases of their own.
      const { rows } = await other.query(`
        select pid from pg_locks where locktype = 'advisory' and not granted
        and database = (select oid from pg_database where datname = current_database())`)
      return (rows[0] as { pid: number } | undefined)?.pid
    }
    const pid = await waitFor(asleep, { for: 'the statement to wait' })
    await other.query('select pg_terminate_backend($1)', [pid])
    t.strictSame(
      (await lost).map(({ status }) => status),
      ['rejected', 'rejected'],
    )
    await other.query('select pg_advisory_unlock(1)')
    // The pool may hand the lost connection out until it has seen its end.
    const next = await waitFor(() => take(db, 'seat 3', 'somebody'), { for: 'another connection' })
    t.strictSame(next, { seat: 'seat 3' })
    t.strictSame(Object.keys((await taken()).holders), ['seat 0', 'seat 3'])
  },
)

t.test('in a transaction a call is alone, and undone with it', async (t) => {
  const { db, taken } = await open(t)
  const undone = db.transaction().execute(async (trx) => {
    await Promise.all([take(trx, 'seat 1', 'somebody'), take(db, 'seat 2', 'somebody')])
    await sql`select 1 / 0`.execute(trx)
  })
  await t.rejects(undone, { code: '22012' })
  t.strictSame(Object.keys((await taken()).holders), ['seat 2'])
})
