import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { history, toMedia, uploads } from '@likeness/contracts/endpoints'
import { signServiceToken } from '@likeness/runtime/service-token'
import { sealAndNote, verifyAndTell } from '@likeness/runtime/trail/upkeep'
import { hold, waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { deleteOldTrails } from '../database/retention.queries.js'
import { trailTables } from '../database/upload-events.trail.js'
import { startMedia } from '../testing/start-media.js'
import { allPrepared, publish, upload } from '../testing/steps.js'

const cli = fileURLToPath(new URL('../../bin/likeness-media.js', import.meta.url))
const media = await startMedia(t)
const { db } = media.deps
const [ana, ben, max] = [await media.person(), await media.person(), await media.person('manager')]
const trail = { service: 'media', tables: trailTables } as const
const seal = () => sealAndNote(trail, media.deps, { dryRun: false })
const verify = () => verifyAndTell(trail, media.deps)

/** Runs the program. */
const run = (...given: string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const env = { ...process.env, NODE_OPTIONS: '', ...media.env }
    const child = execFile(process.execPath, [cli, ...given], { env }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    )
  })

/** What the owner of the database can do: change a row past the triggers. */
async function tamper(table: string, statement: string): Promise<void> {
  await sql.raw(`alter table ${table} disable trigger user`).execute(db)
  await sql.raw(statement).execute(db)
  await sql.raw(`alter table ${table} enable trigger user`).execute(db)
}

const eraseUser = async (id: string) => {
  const token = await signServiceToken(media.config.SERVICE_SECRET, 'accounts', 'media')
  const erase = () => ana.call(toMedia.eraseUser, { params: { id }, token })
  await waitFor(async () => (await erase()).status === 204, { for: 'the erasure' })
}

t.test('what an open transaction may still add is not sealed over', async (t) => {
  const { id } = await upload(ana)
  t.strictSame(await sealAndNote(trail, media.deps, { dryRun: true }), { seals: 0, events: 1, waiting: [] })
  const held = await hold(db)
  const event = { user_id: ana.id, upload_id: id, type: 'prepared', details: '{}' } as const
  const row = { ...event, actor_id: null, ip: null, user_agent: null }
  // Its seq is drawn before that of the next, and it commits after it.
  await held.trx.insertInto('upload_events').values(row).execute()
  await upload(ana)
  const sealing = seal()
  const sealed = db
    .selectFrom('upload_events')
    .select(sql<number>`sealed_to('upload_events')`.as('to'))
    .limit(1)
  t.strictSame(await sealed.execute(), [{ to: 0 }])
  await held.release()
  t.match(await sealing, { events: 3, waiting: [] })
  t.match(await verify(), { whole: true, events: 3, fault: null })
  t.match(await seal(), { seals: 0, events: 0 }, 'and nothing is sealed twice')
})

t.test('two at once seal everything once, and a run that died is taken up', async (t) => {
  await media.work()
  await publish(ana)
  await publish(ben)
  await max.call(history.list)
  await allPrepared(media)
  const both = await Promise.all([seal(), seal()])
  await seal()
  const { whole, events, lastSeal } = await verify()
  const { rows } = await sql<{ events: number }>`
    select (select count(*) from upload_events) + (select count(*) from audit_events) as events`.execute(db)
  t.equal(whole, true)
  t.equal(events, rows[0]?.events, `sealed ${both.map((one) => one.events).join(' and ')}`)
  t.ok(lastSeal >= 2)
})

t.test('an erased person and what retention removed leave a whole chain', async (t) => {
  const eve = await media.person('manager')
  const { id } = await publish(eve)
  await publish(eve)
  await eve.call(history.trail, { params: { uploadId: (await publish(ben)).id } })
  await max.call(uploads.list, { query: { userId: eve.id, status: 'published' } })
  const text = { crop: { x: 0, y: 0, width: 20, height: 20 }, altText: 'Ana at sea' }
  const described = await publish(ana, undefined, text)
  await publish(ana)
  await seal()
  await ana.call(uploads.remove, { params: { id: described.id } })
  await eraseUser(eve.id)
  const salts = await sql`select from trail_salts where person_id = ${eve.id}`.execute(db)
  t.equal(salts.rows.length, 0)
  t.match(await verify(), { whole: true, fault: null }, 'before what came since is sealed')
  await seal()
  t.match(await verify(), { whole: true, fault: null }, 'and after')
  t.strictSame(await db.selectFrom('upload_events').where('upload_id', '=', id).execute(), [])

  await db
    .updateTable('uploads')
    .set({ closed_at: new Date(0) })
    .where('status', '=', 'erased')
    .execute()
  t.equal(await deleteOldTrails(db, { days: 400, limit: 10, by: undefined }), 1)
  await sql`select prune_audit(0, 3)`.execute(db)
  t.match(await verify(), { whole: true, fault: null }, 'what is gone was removed in the open')
  await seal()
  const last = await verify()
  t.match(last, { whole: true, fault: null })
  const { rows } = await sql<{ fault: unknown; last_number: number }>`
    select fault, last_number from trail_verifications order by ended_at desc limit 1`.execute(db)
  t.strictSame(rows, [{ fault: null, last_number: last.lastSeal }])
})

t.test('what the owner of the database alters is named', async (t) => {
  await publish(ben)
  await max.call(uploads.list, { query: { userId: ben.id } })
  await seal()
  const noted = await run('audit', 'seal', '--last')
  t.equal(noted.code, 0, noted.stderr)
  const file = join(media.folder, 'seals.ndjson')
  await writeFile(file, noted.stdout)
  const whole = await run('audit', 'verify', '--against', file, '--json')
  t.match([whole.code, JSON.parse(whole.stdout)], [0, { whole: true, fault: null }], whole.stderr)

  const last = async (table: string, condition = 'true') => {
    const { rows } = await sql<{ seq: number }>`
      select max(seq) as seq from ${sql.table(table)} where ${sql.raw(condition)}`.execute(db)
    return rows[0]?.seq ?? 0
  }
  const finds = async (what: string, table: string, seq: number) =>
    t.match(await verify(), { whole: false, fault: { what, table, seq } }, `${what} ${table}`)
  const uploaded = await last('upload_events', `type = 'uploaded'`)
  for (const [column, value] of [
    ['type', `'expired'`],
    ['at', `at - interval '1 ms'`],
    ['ip', `'203.0.113.1'`],
    ['ip', 'null'],
    ['user_agent', `'another'`],
    ['details', `'{}'`],
    ['details', `details || '{"filename": "other.jpg"}'`],
    ['changes', `'{"altText": {"before": 1, "after": 2}}'`],
    ['actor_id', `'${max.id}'`],
  ] as const) {
    await sql`create table kept as select * from upload_events where seq = ${uploaded}`.execute(db)
    await tamper('upload_events', `update upload_events set ${column} = ${value} where seq = ${uploaded}`)
    await finds('changed', 'upload_events', uploaded)
    await tamper(
      'upload_events',
      `update upload_events e set ${column} = kept.${column} from kept where e.seq = kept.seq`,
    )
    await sql`drop table kept`.execute(db)
  }
  t.match(await verify(), { whole: true }, 'as it was')

  const told = await run('audit', 'verify', '--json')
  t.equal(told.code, 0)
  const read = await last('audit_events', `action = 'uploads-listed'`)
  await sql`create table kept as select * from audit_events where seq = ${read}`.execute(db)
  await tamper('audit_events', `delete from audit_events where seq = ${read}`)
  const found = await run('audit', 'verify', '--json')
  t.match(
    [found.code, JSON.parse(found.stdout)],
    [3, { whole: false, fault: { what: 'missing', table: 'audit_events', seq: read } }],
  )
  // Pretending that erasure removed it is found too: no event says so.
  await sql`
    insert into removed_events (source, seq, entry, gone) values ('audit_events', ${read}, ${read}, true)`.execute(
    db,
  )
  const entry = await last('audit_events', `action = 'person-erased'`)
  await tamper('removed_events', `update removed_events set entry = ${entry} where seq = ${read}`)
  await finds('unexplained', 'audit_events', entry)
  await tamper('removed_events', `delete from removed_events where source = 'audit_events' and seq = ${read}`)
  await sql`insert into audit_events overriding system value select * from kept`.execute(db)
  t.match(await verify(), { whole: true }, 'as it was')

  // A place that a transaction left empty when it was rolled back.
  await db
    .transaction()
    .execute(async (trx) => {
      await trx
        .insertInto('upload_events')
        .values(await strayEvent())
        .execute()
      throw new Error('rolled back')
    })
    .catch(() => undefined)
  const gap = (await last('upload_events')) + 1
  await upload(ben)
  await allPrepared(media)
  await seal()
  await tamper(
    'upload_events',
    `insert into upload_events (user_id, upload_id, seq, type) overriding system value
    select user_id, upload_id, ${gap}, 'expired' from upload_events where seq = ${uploaded}`,
  )
  await finds('inserted', 'upload_events', gap)
  await tamper('upload_events', `delete from upload_events where seq = ${gap}`)

  // Who can change everything can also make another chain; the seal noted elsewhere is not in it.
  await tamper('upload_events', `update upload_events set type = 'expired' where seq = ${uploaded}`)
  await tamper('trail_seals', 'delete from trail_seals')
  await seal()
  t.match(await verify(), { whole: true }, 'it fits by itself')
  const rewritten = await run('audit', 'verify', '--against', file, '--json')
  t.match([rewritten.code, JSON.parse(rewritten.stdout)], [3, { fault: { what: 'rewritten' } }])
  await tamper('trail_seals', 'delete from trail_seals where number = 1')
  t.match(await verify(), { fault: { what: 'broken', seal: 1 } })
  await writeFile(file, 'no seal\n')
  t.match(await run('audit', 'verify', '--against', file), { code: 1, stderr: /line 1 is no seal/ })
})

async function strayEvent() {
  const { id } = await upload(ben)
  await allPrepared(media)
  return {
    user_id: ben.id,
    upload_id: id,
    type: 'prepared',
    details: '{}',
    actor_id: null,
    ip: null,
    user_agent: null,
  } as const
}

t.test('SEAL_FILE has each last seal once', async (t) => {
  const file = join(media.folder, 'notes.ndjson')
  await tamper('trail_seals', 'delete from trail_seals')
  const deps = { ...media.deps, config: { ...media.config, SEAL_FILE: file } }
  await sealAndNote(trail, deps, { dryRun: false })
  await sealAndNote(trail, deps, { dryRun: false })
  const noted = await run('audit', 'verify', '--against', file)
  t.match(noted, { code: 0, stdout: /whole: true/ })
  t.equal(trailTables.length, 2)
})
