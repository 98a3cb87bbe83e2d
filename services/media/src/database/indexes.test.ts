import { randomUUID } from 'node:crypto'
import type { Database } from '@likeness/runtime/database'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { startMedia } from '../testing/start-media.js'
import type { Tables } from './database.js'
import { deleteUserRows } from './erased-users.table.js'
import { listHistory } from './history.queries.js'
import { isHeld } from './holds.queries.js'
import { lockOpenUploads, stageUpload } from './open-uploads.queries.js'
import { deleteOldTrails, findSurplusVersions, giveUpOriginals } from './retention.queries.js'
import { countEvents } from './stats.table.js'
import { expireBatch } from './upkeep.queries.js'
import { listTrail } from './upload-events.table.js'
import { confirmPending } from './upload-transitions.js'
import { findAnyUpload, findUpload, listUploads, lockPending, lockUser } from './uploads.table.js'
import { countWaiting, listWaiting, steps } from './waiting.queries.js'
import { claimDelivery, noteOutcome } from './webhook-deliveries.table.js'
import { insertEndpoint } from './webhook-endpoints.table.js'

const users = 400
const uploads = 40_000

/** Uploads as a busy year leaves them, each with its first event: most are published or superseded JPEGs. */
const fill = sql`
  with people as (
    select array_agg(gen_random_uuid()) as ids from generate_series(1, ${users}::integer)
  ), drawn as (
    select ids[1 + n % ${users}::integer] as user_id, n, uuidv7(make_interval(secs => (n - ${uploads}::integer) * 800)) as id,
      now() + make_interval(secs => (n - ${uploads}::integer) * 800) as at,
      case when n > ${uploads}::integer - 100 then 'pending' when n % 400 = 0 then 'confirmed' when n % 500 = 1 then 'withdrawn'
        when n % 300 = 2 then 'expired' when n % 300 = 5 then 'rejected' when n % 100 = 3 then 'published' else 'superseded' end as status
    from people, generate_series(1, ${uploads}::integer) as n
  ), made as (
    insert into uploads (user_id, id, status, original_filename, format, bytes, width, height, pages, sha256, version,
      uploaded_at, prepared_at, confirmed_at, published_at, expires_at, closed_at, held_at, original_deleted_at,
      failure_code)
    select user_id, id, status, 'picture-' || n || '.jpg', case when n % 200 = 7 then 'gif' else 'jpeg' end, n, 9, 9, 1,
      lpad(to_hex(n), 64, '0'), case when confirmed then n end, at,
      case when status <> 'pending' or n % 2 = 0 then at end, case when confirmed then at end,
      case when confirmed and status <> 'confirmed' then at end,
      case when status = 'pending' then at + interval '1 day' end,
      case when status in ('superseded', 'withdrawn', 'expired', 'rejected') then at end, case when status = 'withdrawn' then at end,
      case when status = 'superseded' and n % 100 > 5 then at end, case when status = 'rejected' then 'invalid-image' end
    from drawn, lateral (select status not in ('pending', 'expired', 'rejected') as confirmed) as c
  ), facts as (
    insert into upload_facts (user_id, id, uploaded_at, bytes, format, sha256, filename)
    select user_id, id, at, n, case when n % 200 = 7 then 'gif' else 'jpeg' end, decode(lpad(to_hex(n), 64, '0'), 'hex'),
      'picture-' || n || '.jpg' from drawn
  )
  insert into upload_events (user_id, upload_id, type, at, actor_id, ip, details)
  select user_id, id, 'uploaded', at, case when n % 1000 = 9 then ${randomUUID()}::uuid else user_id end,
    ('10.' || n % 200 || '.' || n % 251 || '.' || n % 249)::inet, jsonb_build_object('filename', 'picture-' || n || '.jpg')
  from drawn`

t.test('each index serves a query, and no query reads all uploads or events', async (t) => {
  const { deps } = await startMedia(t)
  // One connection, whose statistics are then known to be whole.
  await deps.db.connection().execute((db) => seeWhatIsUsed(t, db))
})

// As after the first busy minute of a deployment. A planner without statistics takes an index of what waits for a short one.
t.test('an act on one of many that wait reads no others, before there are statistics', async (t) => {
  const { deps } = await startMedia(t)
  await deps.db.connection().execute((db) => seeWhatActsRead(t, db))
})

async function seeWhatActsRead(t: Test, db: Database<Tables>): Promise<void> {
  const [many, acts] = [3_000, 10]
  const { rows: pending } = await sql<{ user_id: string; id: string }>`
    insert into uploads (user_id, id, format, bytes, width, height, pages, sha256, expires_at)
    select gen_random_uuid(), uuidv7(), 'jpeg', 9, 9, 9, 1, repeat('ab', 32), now() + interval '1 day'
    from generate_series(1, ${many}::integer) returning user_id, id`.execute(db)
  const endpoint = await db.transaction().execute((trx) =>
    insertEndpoint(trx, {
      ...{ id: randomUUID(), url: 'https://a.example', description: '', events: null, created_by: null },
    }),
  )
  await sql`
    with made as (
      insert into webhook_events (id, type, user_id, at, data)
      select gen_random_uuid(), 'avatar.published', gen_random_uuid(), now(), '{}'
      from generate_series(1, ${many}::integer) returning id
    )
    insert into webhook_deliveries (endpoint_id, event_id) select ${endpoint.id}, id from made`.execute(db)
  await sql`select pg_stat_force_next_flush()`.execute(db)
  await sql`select pg_stat_reset()`.execute(db)

  const picture = {
    ...({ original_filename: 'a.jpg', format: 'jpeg', bytes: 9, width: 9, height: 9, pages: 1 } as const),
    sha256: 'cd'.repeat(32),
  }
  const room = {
    limits: { pending: 9, recent: 9, stored: 999 },
    since: new Date(Date.now() - 600_000),
    keptSeconds: 60,
  }
  const nothing = { crop: undefined, altText: undefined, sha256: undefined }
  // The first five plans of a prepared statement are made for its values.
  for (const { user_id, id } of pending.slice(-acts)) {
    const actor = { id: user_id, ip: null, userAgent: null }
    t.ok(await confirmPending(db, { user_id, id }, nothing, actor))
    const upload = { ...picture, user_id, id: randomUUID() }
    t.ok(await stageUpload(db, upload, { ...room, actor, claim: undefined }))
    const delivery = await claimDelivery(db, endpoint.id)
    if (!delivery) throw new Error('nothing is due')
    const outcome = { ms: 1, status: 204, fault: null, answer: null, waitSeconds: undefined }
    await db.transaction().execute((trx) => noteOutcome(trx, delivery, 'delivered', outcome))
  }
  await sql`select pg_stat_force_next_flush()`.execute(db)
  const { rows: read } = await sql<{ name: string; rows: number }>`
    select relname as name, (coalesce(idx_tup_fetch, 0) + seq_tup_read)::int as rows from pg_stat_user_tables
    where relname in ('uploads', 'webhook_deliveries')`.execute(db)
  for (const { name, rows } of read) t.ok(rows < many, `${acts} acts read ${rows} rows of ${name}`)
}

async function seeWhatIsUsed(t: Test, db: Database<Tables>): Promise<void> {
  await fill.execute(db)
  await sql`vacuum analyze uploads, upload_facts, upload_events`.execute(db)
  await sql`select pg_stat_reset()`.execute(db)
  const some = await db.selectFrom('uploads').selectAll().where('held_at', 'is not', null).limit(1).execute()
  const [row] = some
  if (!row) throw new Error('no upload is held')
  const manager = await db
    .selectFrom('upload_events')
    .select('actor_id')
    .whereRef('actor_id', '<>', 'user_id')
    .limit(1)
    .executeTakeFirstOrThrow()
  await sql`select pg_stat_force_next_flush()`.execute(db)
  await sql`select pg_stat_reset()`.execute(db)

  const page = { sort: '-uploadedAt', after: undefined, limit: 50 } as const
  await listHistory(db, {}, page)
  await listHistory(db, {}, { ...page, after: row.id })
  for (const filter of [
    { userId: row.user_id },
    { status: 'pending' },
    { status: 'confirmed' },
    { status: 'withdrawn' },
    { status: 'superseded' },
    { failure: 'invalid-image' },
    { sha256: row.sha256 },
    { actorId: manager.actor_id ?? '' },
    { format: 'gif' },
    { format: 'jpeg' },
    { ip: '10.7.7.7' },
    { q: 'picture-2345' },
    {
      from: row.uploaded_at.toISOString(),
      to: new Date(row.uploaded_at.getTime() + 3_600_000).toISOString(),
    },
  ] as const) {
    await listHistory(db, filter, page)
    for (const sort of ['bytes', '-confirmedAt'] as const) await listHistory(db, filter, { ...page, sort })
  }
  await findUpload(db, row)
  await findAnyUpload(db, row.id)
  await listUploads(db, row.user_id, { status: undefined, erased: false, ...page })
  await listTrail(db, row, { after: 0, limit: 50 })
  for (const step of steps) await listWaiting(db, step, { olderThanSeconds: 600, limit: 100 })
  await countWaiting(db)
  await countEvents(db, uploads - 100, uploads)
  await expireBatch(db, { from: undefined, limit: 10, by: {} })
  await giveUpOriginals(db, { days: 100, limit: 10, by: {} })
  await findSurplusVersions(db, 3, undefined, 10)
  await deleteOldTrails(db, { days: 100, limit: 10, by: {} })
  await db.transaction().execute(async (trx) => {
    await lockUser(trx, row.user_id)
    await lockOpenUploads(trx, row.user_id, new Date(Date.now() - 600_000))
    await lockPending(trx, row.user_id)
    await isHeld(trx, row)
    await deleteUserRows(trx, manager.actor_id ?? '')
  })

  await sql`select pg_stat_force_next_flush()`.execute(db)
  const { rows: unused } = await sql<{ name: string }>`
    select indexrelname as name from pg_stat_user_indexes
    where relname in ('uploads', 'upload_facts', 'upload_events') and idx_scan = 0`.execute(db)
  t.strictSame(unused, [], 'an index that nothing needs costs every upload')
  const { rows: whole } = await sql<{ name: string }>`
    select relname as name from pg_stat_user_tables
    where relname in ('uploads', 'upload_facts', 'upload_events') and seq_scan > 0`.execute(db)
  t.strictSame(whole, [])
}
