import { type ChildProcess, execFile } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { readSealFile } from '@likeness/runtime/trail/seal-file'
import { sealAndNote, verifyAndTell } from '@likeness/runtime/trail/upkeep'
import { hold, programFile, waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { trailTables } from '../database/upload-events.trail.js'
import { startMedia } from '../testing/start-media.js'
import { upload } from '../testing/steps.js'

const media = await startMedia(t, { config: { UPKEEP_SCHEDULE: 'off', PENDING_PER_USER: '100' } })
const { db } = media.deps
const trail = { service: 'media', tables: trailTables } as const
const [ana, max] = [await media.person(), await media.person('manager')]
const file = join(media.folder, 'seals.ndjson')
const env = { ...process.env, NODE_OPTIONS: '', LIKENESS_SERVICE: 'media', ...media.env, SEAL_FILE: file }

/** Runs the real program. */
function sealing(): {
  child: ChildProcess
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>
} {
  const started = {} as { child: ChildProcess }
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    const command = [programFile('likeness'), 'seal-trail', '--json']
    started.child = execFile(process.execPath, command, { env }, (_error, stdout, stderr) =>
      resolve({ code: started.child.exitCode, stdout, stderr }),
    )
  })
  return { ...started, ended }
}

/** Makes the program wait for a lock of ours at this point, kills it there, and lets PostgreSQL go on without it. */
async function killAt(name: string, trigger: string): Promise<void> {
  await sql
    .raw(`create function stop() returns trigger language plpgsql as $$
    begin perform pg_advisory_xact_lock(7); return null; end $$`)
    .execute(db)
  await sql.raw(trigger).execute(db)
  const held = await hold(db)
  await sql`select pg_advisory_xact_lock(7)`.execute(held.trx)
  const { child } = sealing()
  await held.untilWaiting(1)
  child.kill('SIGKILL')
  await once(child, 'exit')
  await held.release()
  // What was under way when its sender died is carried out to the end of its statement.
  await waitFor(async () => (await others()) === 0, { for: `${name}: PostgreSQL to notice` })
  await sql`drop function stop() cascade`.execute(db)
}
const others = async () =>
  (
    await sql<{ n: number }>`select count(*)::int as n from pg_locks
      where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`.execute(
      db,
    )
  ).rows[0]?.n

/** Three links of uploads' events and one of the audit. */
async function fill(): Promise<void> {
  const { id } = await upload(ana)
  await sql`insert into upload_events (user_id, upload_id, type)
    select ${ana.id}, ${id}, 'prepared' from generate_series(1, 4500)`.execute(db)
  await fetch(`${media.url}/v1/history`, { headers: { authorization: max.authorization } })
}

/** Everything is in one link of the chain, in order, and the chain is whole. */
async function assertSealedOnce(name: string): Promise<void> {
  const { rows } = await sql<{ events: number; sealed: number; gaps: number; overlaps: number }>`
    select (select count(*) from upload_events) + (select count(*) from audit_events) as events,
      (select sum(events) from trail_seals) as sealed,
      (select count(*) from trail_seals s where number > 1
        and not exists (select from trail_seals p where p.number = s.number - 1)) as gaps,
      (select count(*) from trail_seals a join trail_seals b on a.source = b.source and a.number < b.number
        and a.last_seq >= b.first_seq) as overlaps`.execute(db)
  const [found] = rows
  t.match(found, { gaps: 0, overlaps: 0 }, name)
  t.equal(Number(found?.sealed), Number(found?.events), `${name}: each event is sealed, and none twice`)
  t.match(
    await verifyAndTell(trail, media.deps),
    { whole: true, fault: null, events: Number(found?.events) },
    name,
  )
}

const before = (condition: string) =>
  `create trigger stop after insert on trail_seals for each row when (${condition}) execute function stop()`
const steps: readonly (readonly [string, (last: number) => string, number])[] = [
  ['the first link', (last) => before(`new.number = ${last + 1}`), 0],
  ['the second link', (last) => before(`new.number = ${last + 2}`), 1],
  ['the link of another table', (last) => before(`new.number = ${last + 4}`), 3],
  [
    'the commit of a link',
    (last) =>
      `create constraint trigger stop after insert on trail_seals deferrable initially deferred
        for each row when (new.number = ${last + 2}) execute function stop()`,
    // PostgreSQL finishes it, and nobody was told.
    2,
  ],
  [
    'the record of its run',
    () =>
      `create trigger stop after update on upkeep_runs for each row when (new.status = 'done') execute function stop()`,
    4,
  ],
]

for (const [name, trigger, committed] of steps) {
  t.test(`killed at ${name}, and run again`, async (t) => {
    await fill()
    const last = async () =>
      (await sql<{ number: number }>`select coalesce(max(number), 0) as number from trail_seals`.execute(db))
        .rows[0]?.number ?? 0
    const number = await last()
    await killAt(name, trigger(number))
    t.equal((await last()) - number, committed, 'links that stay')
    t.match(await verifyAndTell(trail, media.deps), { whole: true }, 'whole while it is not finished')
    const again = await sealing().ended
    t.match([again.code, JSON.parse(again.stdout)], [0, { seals: 4 - committed, waiting: [] }], again.stderr)
    await assertSealedOnce(name)
    const noted = await readSealFile(file, 'media')
    t.equal(noted.at(-1)?.number, await last(), 'noted outside')
    t.match(
      await sealAndNote(trail, media.deps, { dryRun: false }),
      { seals: 0, events: 0 },
      'nothing is left',
    )
    const runs = await sql<{ status: string }>`
      select status from upkeep_runs where task = 'seal-trail' order by id desc limit 2`.execute(db)
    t.strictSame(runs.rows, [
      { status: 'done' },
      { status: name === 'the record of its run' ? 'done' : 'killed' },
    ])
  })
}
