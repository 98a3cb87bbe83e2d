import { setTimeout as wait } from 'node:timers/promises'
import { uploads } from '@likeness/contracts/endpoints'
import { isDatabaseAway } from '@likeness/runtime/database-errors'
import { waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { form, jpeg } from './testing/pictures.js'
import { startMedia } from './testing/start-media.js'
import { publish } from './testing/steps.js'

t.test('a connection lost within a transaction costs that request, not the process', async (t) => {
  const { db } = (await startMedia(t)).deps
  const lost = db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx)
    const pid = rows[0]?.pid ?? 0
    await sql`select pg_terminate_backend(${pid})`.execute(db)
    const left = sql`select from pg_stat_activity where pid = ${pid}`
    await waitFor(async () => (await left.execute(db)).rows.length === 0)
    await wait(100)
    await sql`select 1`.execute(trx)
  })
  const error = await lost.then(
    () => undefined,
    (fault: unknown) => fault,
  )
  t.ok(isDatabaseAway(error), String(error))
})

t.test('every connection lost again and again: done or 503, and work goes on', async (t) => {
  const media = await startMedia(t, {
    queue: 'postgres',
    config: { PENDING_PER_USER: '100', RECEIVING_PER_USER: '100', REQUEUE_AFTER_SECONDS: '1' },
  })
  await media.work()
  const person = await media.person()
  const bytes = await jpeg()
  const send = (key: number) =>
    person.call(uploads.create, { body: form(bytes), headers: { 'idempotency-key': String(key) } })
  const sending = Array.from({ length: 25 }, async (_, key) => {
    await wait(key * 40)
    return (await send(key)).status
  })
  for (let turn = 0; turn < 20; turn += 1) {
    const all = sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`
    await all.execute(media.deps.db).catch(() => undefined)
    await wait(50)
  }
  const statuses = await Promise.all(sending)
  t.strictSame(
    statuses.filter((status) => status !== 201 && status !== 503),
    [],
  )
  await waitFor(async () => (await person.call(uploads.list)).status === 200)
  t.match(await publish(person), { status: 'published' })
})
