import type { Bucket, Figures } from '@likeness/contracts'
import { avatars, stats, uploads } from '@likeness/contracts/endpoints'
import { sealAndNote, verifyAndTell } from '@likeness/runtime/trail/upkeep'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { trailTables } from '../database/upload-events.trail.js'
import { form, jpeg, quarters } from '../testing/pictures.js'
import { type Media, startMedia } from '../testing/start-media.js'
import { allPrepared, publish, settled, upload } from '../testing/steps.js'
import { rollUpStats } from './roll-up-stats.js'

const config = { PENDING_PER_USER: '100' }

/** What is asked for, by a manager. */
async function reader(media: Media) {
  const max = await media.person('manager')
  return async (query: { from?: string; to?: string; bucket?: Bucket } = {}) =>
    (await max.call(stats.read, { query })).body
}

const rollUp = (media: Media) => rollUpStats(media.deps, { dryRun: false })

/** A full count of the trail from a whole hour on, by the start of the buckets that its events are in. */
async function fullCount(media: Media, bucket: Bucket, from: string): Promise<Map<string, Partial<Figures>>> {
  const of = (type: string) => sql`count(*) filter (where type = ${type})`
  const { rows } = await sql<Partial<Figures> & { at: Date }>`
    select greatest(date_trunc(${bucket}, at, 'UTC'), ${from}::timestamptz) as at,
      ${of('uploaded')} as uploads, ${of('confirmed')} as confirms,
      ${of('published')} as publishes, ${of('discarded')} as discards, ${of('expired')} as expiries,
      ${of('rejected')} as rejections, ${of('superseded')} as superseded, ${of('withdrawn')} as withdrawals,
      coalesce(sum(bytes) filter (where type = 'uploaded'), 0)::bigint as bytes
    from upload_events join uploads on uploads.user_id = upload_events.user_id and id = upload_id
    where at >= ${from} group by 1`.execute(media.deps.db)
  return new Map(rows.map(({ at, ...figures }) => [at.toISOString(), figures]))
}

const nothing = { uploads: 0, confirms: 0, expiries: 0, bytes: 0 }

/** Compares what is answered for the time since a whole hour with a full count. */
async function assertCounted(t: Test, media: Media, daysAgo: number, bucket: Bucket): Promise<void> {
  const from = new Date(Date.now() - daysAgo * 86_400_000).toISOString().replace(/:.*/, ':00:00.000Z')
  const { items, total } = await (await reader(media))({ from, bucket })
  const expected = await fullCount(media, bucket, from)
  const differing = items.filter(({ at, ...figures }) =>
    Object.entries(expected.get(at) ?? nothing).some(([name, n]) => Reflect.get(figures, name) !== n),
  )
  t.strictSame(differing, [], `${bucket} since ${from}`)
  const sumOf = (name: 'uploads' | 'expiries') =>
    [...expected.values()].reduce((sum, figures) => sum + (figures[name] ?? 0), 0)
  t.match(total, { uploads: sumOf('uploads'), expiries: sumOf('expiries') })
}

t.test('the flow is counted at once, and the same once it is rolled up', async (t) => {
  const media = await startMedia(t, { config })
  await media.work()
  const ana = await media.person()
  const read = await reader(media)
  t.match(await read(), { total: { uploads: 0, successRate: null, timeToConfirm: null }, rolledUpAt: null })

  await publish(ana)
  await publish(ana)
  await ana.call(avatars.withdraw, { params: { userId: ana.id } })
  const { id } = await upload(ana)
  await ana.call(uploads.remove, { params: { id } })
  const whole = await quarters(600, 600).png().toBuffer()
  await settled(ana, (await upload(ana, whole.subarray(0, Math.floor(whole.length / 2)))).id)
  t.equal((await ana.call(uploads.create, { body: form(Buffer.from('text')) })).status, 415)
  const waiting = await upload(ana, await jpeg())
  await allPrepared(media)

  const expected = {
    uploads: 5,
    confirms: 2,
    publishes: 2,
    superseded: 1,
    withdrawals: 1,
    discards: 1,
    rejections: 1,
    refusals: { 'invalid-image': 1, 'unsupported-image': 1 },
    successRate: 1,
  }
  const before = await read()
  t.match(before.total, expected)
  t.match(before.now, { pending: 1 })
  t.ok((before.total.timeToPublish?.p95 ?? 0) >= (before.total.timeToPublish?.p50 ?? 1))
  // As an hour later.
  await media.deps.db.updateTable('stats_state').set({ kept_at: null }).execute()
  await rollUp(media)
  const after = await read()
  t.strictSame(after.total, before.total)
  t.match(after.now.kept, { uploads: 3, bytes: Number })

  // The trail: never verified, then whole, then altered by the owner of the database.
  t.equal(after.now.trail, null)
  const trail = { service: 'media', tables: trailTables } as const
  await sealAndNote(trail, media.deps, { dryRun: false })
  await verifyAndTell(trail, media.deps)
  const { rows } = await sql<{ n: number }>`
    select (select count(*) from upload_events) + (select count(*) from audit_events) as n`.execute(
    media.deps.db,
  )
  const verified = (await read()).now.trail
  t.match(verified, { verifiedAt: /Z$/, whole: true, seals: 1, events: rows[0]?.n, fault: null })
  await sql`update trail_verifications set ended_at = ended_at - interval '1 day'`.execute(media.deps.db)
  t.ok(((await read()).now.trail?.ageSeconds ?? 0) >= 86_400)
  await sql`alter table upload_events disable trigger user`.execute(media.deps.db)
  await sql`update upload_events set type = 'expired' where type = 'uploaded'`.execute(media.deps.db)
  await verifyAndTell(trail, media.deps)
  t.match((await read()).now.trail, { whole: false, fault: { what: 'changed', table: 'upload_events' } })
  await sql`update upload_events set type = 'uploaded' where type = 'expired'`.execute(media.deps.db)
  await sql`alter table upload_events enable trigger user`.execute(media.deps.db)
  t.ok(after.rolledUpAt)

  await ana.call(uploads.confirm, { params: { id: waiting.id } })
  await settled(ana, waiting.id)
  t.match((await read()).total, { ...expected, confirms: 3, publishes: 3 })
  await rollUp(media)
  t.match((await read()).total, { ...expected, confirms: 3, publishes: 3 })
})

t.test('sums are those of a full count, in every bucket, however long ago', async (t) => {
  const media = await startMedia(t, { config })
  // Two thousand uploads in two years, each confirmed a random while later or expired.
  await sql`
    with made as (
      insert into uploads (user_id, id, format, bytes, width, height, pages, sha256, uploaded_at, status, closed_at)
      select gen_random_uuid(), uuidv7(at - now()),
        'jpeg', 1000 + n, 10, 10, 1, repeat('ab', 32), at, 'expired', at + interval '1 day'
      from (select n, date_trunc('milliseconds', now() - interval '3 days' - random() * interval '727 days') as at from generate_series(1, 2000) as n) as times
      returning user_id, id, uploaded_at, bytes
    )
    insert into upload_events (user_id, upload_id, type, at)
    select user_id, id, 'uploaded', uploaded_at from made
    union all
    select user_id, id, case when bytes % 3 = 0 then 'confirmed' else 'expired' end, uploaded_at + bytes * interval '1 minute' from made`.execute(
    media.deps.db,
  )
  await assertCounted(t, media, 800, 'month')
  const read = await reader(media)
  const from = new Date(Date.now() - 800 * 86_400_000).toISOString()
  const durations = async (bucket: 'day' | 'month') =>
    (await read({ from, bucket })).items.map(({ at, timeToConfirm }) => ({ at, timeToConfirm }))
  const counted = { day: await durations('day'), month: await durations('month') }
  t.match(await rollUpStats(media.deps, { dryRun: true }), { hours: Number })
  t.equal(
    (await media.deps.db.selectFrom('stats').selectAll().execute()).length,
    0,
    'a dry run writes nothing',
  )
  // Two at once add nothing twice.
  await Promise.all([rollUp(media), rollUp(media)])
  for (const bucket of ['day', 'week', 'month'] as const) await assertCounted(t, media, 800, bucket)
  await assertCounted(t, media, 30, 'hour')
  for (const bucket of ['day', 'month'] as const)
    t.strictSame(
      await durations(bucket),
      counted[bucket],
      'percentiles of a summary are those of its histogram',
    )

  const { total } = await read({ from, bucket: 'month' })
  // Confirmed after 1,001 to 3,000 minutes, evenly.
  const middle = 2_000 * 60_000
  t.ok(Math.abs((total.timeToConfirm?.p50 ?? 0) - middle) < middle * 0.05, String(total.timeToConfirm?.p50))
})

t.test('what a transaction still open adds is counted once it is there', async (t) => {
  const media = await startMedia(t, { config })
  const ana = await media.person()
  const { id } = await upload(ana)
  const read = await reader(media)
  let rolling: Promise<unknown> | undefined
  await media.deps.db.transaction().execute(async (trx) => {
    const late = { user_id: ana.id, upload_id: id, type: 'restored' as const, details: '{}' }
    await trx.insertInto('upload_events').values(late).execute()
    await upload(ana)
    rolling = rollUp(media)
    t.match((await read()).total, { uploads: 2, restores: 0 })
  })
  await rolling
  t.match((await read()).total, { uploads: 2, restores: 1 })
  await rollUp(media)
  t.match((await read()).total, { uploads: 2, restores: 1 })
  const state = await media.deps.db.selectFrom('stats_state').selectAll().executeTakeFirstOrThrow()
  t.equal(state.last_seq, 3, 'none is left')
})

t.test('ranges', async (t) => {
  const media = await startMedia(t)
  const max = await media.person('manager')
  const ask = (query: string) => max.send('GET', `${stats.read.path}?${query}`)
  for (const query of [
    'from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z',
    'bucket=minute',
    'from=yesterday',
    'x=1',
  ]) {
    t.match(await ask(query), { status: 400, body: { code: 'validation-failed' } }, query)
  }
  const tenYears = 'from=2016-01-01T00:00:00Z&to=2026-01-01T00:00:00Z'
  t.match(await ask(`${tenYears}&bucket=day`), { status: 400, body: { code: 'too-many-buckets' } })
  t.match((await ask(`${tenYears}&bucket=month`)).body, { items: { length: 120 }, total: { uploads: 0 } })
  const cut = 'from=2026-01-01T10:59:00Z&to=2026-01-02T01:01:00Z&bucket=day'
  t.match((await ask(cut)).body, {
    from: '2026-01-01T10:00:00.000Z',
    to: '2026-01-02T02:00:00.000Z',
    items: [{ at: '2026-01-01T10:00:00.000Z' }, { at: '2026-01-02T00:00:00.000Z' }],
  })
  t.equal((await (await media.person()).send('GET', stats.read.path)).status, 403)
})
