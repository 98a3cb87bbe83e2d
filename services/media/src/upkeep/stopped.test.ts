import { execFile } from 'node:child_process'
import { userInfo } from 'node:os'
import { avatars, history, toMedia, upkeep, uploads } from '@likeness/contracts/endpoints'
import { signServiceToken } from '@likeness/runtime/service-token'
import { startS3 } from '@likeness/storage/testing'
import { programFile, startProcess, waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { type Media, startMedia } from '../testing/start-media.js'
import { blobs, publish, upload } from '../testing/steps.js'

/** Runs the real program. */
function likeness({ env }: Media, command: string, more: Readonly<Record<string, string>> = {}) {
  const started = {} as { child: ReturnType<typeof execFile> }
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    started.child = execFile(
      process.execPath,
      [programFile('likeness'), command, '--json', '--yes'],
      { env: { ...process.env, NODE_OPTIONS: '', LIKENESS_SERVICE: 'media', ...env, ...more } },
      (_error, stdout, stderr) => resolve({ code: started.child.exitCode, stdout, stderr }),
    )
  })
  return { ...started, ended }
}

t.test(
  'a long run of expire that is asked to stop ends with its batch, and the next one goes on',
  async (t) => {
    const media = await startMedia(t, { config: { UPKEEP_SCHEDULE: 'off' } })
    const { db } = media.deps
    const [ana, max] = [await media.person(), await media.person('manager')]
    const stale = (count: number) =>
      sql`insert into uploads (user_id, id, status, format, bytes, width, height, pages, sha256, expires_at)
      select ${ana.id}, uuidv7(), 'pending', 'jpeg', 1000, 10, 10, 1, repeat('ab', 32),
        now() - interval '1 hour' - interval '1 second' * n from generate_series(1, ${count}) as n`.execute(
        db,
      )
    const count = async (status: string) =>
      (await sql<{ n: number }>`select count(*)::int as n from uploads where status = ${status}`.execute(db))
        .rows[0]?.n
    /** Holds each statement that expires up while `act` is carried out. */
    const whileHeld = async (act: (untilHeld: () => Promise<unknown>) => Promise<void>) => {
      await sql`create function wait_here() returns trigger language plpgsql as $$
      begin perform pg_advisory_xact_lock(42, 42); return null; end $$`.execute(db)
      await sql`create trigger wait_here after insert on upload_events for each statement execute function wait_here()`.execute(
        db,
      )
      await db.connection().execute(async (held) => {
        await sql`select pg_advisory_lock(42, 42)`.execute(held)
        const waiting = sql`select from pg_locks where locktype = 'advisory' and classid = 42 and not granted
          and database = (select oid from pg_database where datname = current_database())`
        await act(() =>
          waitFor(async () => (await waiting.execute(held)).rows.length > 0, { for: 'a batch' }),
        )
        await sql`select pg_advisory_unlock(42, 42)`.execute(held)
      })
    }
    const dropTrigger = () => sql`drop function wait_here() cascade`.execute(db)
    const lastRun = async () =>
      (await max.call(upkeep.read, { params: { task: 'expire-uploads' } })).body.runs[0]
    const attention = 'It was stopped before its end; the next run goes on.'

    await stale(3_500)
    let run = likeness(media, 'expire')
    await whileHeld(async (untilHeld) => {
      await untilHeld()
      run.child.kill('SIGTERM')
    })
    const ended = await run.ended
    t.match(
      [ended.code, JSON.parse(ended.stdout)],
      [3, { expired: 1_000, abandoned: 0, attention }],
      ended.stderr,
    )
    t.equal(await count('expired'), 1_000, 'the batch under way is done')
    t.match(await lastRun(), { status: 'partly', startedBy: 'cli', result: { attention } })
    await dropTrigger()

    // A worker that is stopped does the same.
    const { PORT: _, ...env } = media.env
    const worker = await startProcess(t, 'media-worker', { ...env, UPKEEP_SCHEDULE: 'expire-uploads=off' })
    const admin = await media.person('admin')
    await whileHeld(async (untilHeld) => {
      t.equal((await admin.call(upkeep.run, { params: { task: 'expire-uploads' } })).status, 202)
      await untilHeld()
      process.kill(worker.pid, 'SIGTERM')
    })
    t.equal(await worker.ended, 0)
    await dropTrigger()
    t.equal(await count('expired'), 2_000)
    t.match(await lastRun(), { status: 'partly', startedBy: 'http', actorId: admin.id })

    run = likeness(media, 'expire')
    const rest = await run.ended
    t.match([rest.code, JSON.parse(rest.stdout)], [0, { expired: 1_500 }], rest.stderr)
    const { rows } = await sql<{ n: number; uploads: number }>`
    select count(*)::int as n, count(distinct upload_id)::int as uploads from upload_events`.execute(db)
    t.strictSame(rows, [{ n: 3_500, uploads: 3_500 }], 'each once')

    // The trail names who had it run.
    const by = await sql<{ details: object; n: number }>`
    select details, count(*)::int as n from upload_events group by details order by n`.execute(db)
    t.strictSame(by.rows, [
      { details: { startedBy: 'http', askedBy: admin.id }, n: 1_000 },
      { details: { startedBy: 'cli', osUser: userInfo().username }, n: 2_500 },
    ])
    const some = await sql<{ upload_id: string }>`
    select upload_id from upload_events where details ->> 'startedBy' = 'http' limit 1`.execute(db)
    const trail = await max.call(history.trail, { params: { uploadId: some.rows[0]?.upload_id ?? '' } })
    t.match(trail.body.items, [
      {
        type: 'expired',
        actorKind: 'upkeep',
        actorId: null,
        details: { startedBy: 'http', askedBy: admin.id },
      },
    ])
    const token = await signServiceToken(media.config.SERVICE_SECRET, 'accounts', 'media')
    const told = JSON.stringify((await max.call(toMedia.exportUser, { params: { id: ana.id }, token })).body)
    t.match(told, '"startedBy":"http"')
    t.notMatch(told, admin.id, 'but not to the owner')
    t.notMatch(told, 'osUser')
  },
)

t.test('prune with the storage away says so with 3, and loses nothing', async (t) => {
  const { url, proxy } = await startS3(t)
  const media = await startMedia(t, {
    config: {
      STORAGE_URL: url('pictures', { attempts: '1' }),
      UPKEEP_SCHEDULE: 'off',
      KEEP_TRAIL_DAYS: '400',
    },
  })
  const worker = await media.work()
  const [ana, ben] = [await media.person(), await media.person()]
  await publish(ana)
  const live = await publish(ana)
  const pending = await upload(ben)
  await waitFor(async () => (await ben.call(uploads.read, { params: { id: pending.id } })).body.previewUrl)
  await worker.close()
  const { db } = media.deps
  await sql`update uploads set published_at = published_at - interval '31 days'`.execute(db)
  const before = await blobs(media)
  const keeping = { KEEP_VERSIONS: '0', KEEP_ORIGINALS: '30', GARBAGE_GRACE_SECONDS: '0' }

  proxy.fault = ({ method }) => (method === 'GET' || method === 'HEAD' ? undefined : 503)
  const run = await likeness(media, 'prune', keeping).ended
  t.match(
    [run.code, JSON.parse(run.stdout)],
    [
      3,
      { versions: 1, originals: 1, attention: /^The storage did not delete \d+ files; collect-garbage will/ },
    ],
    run.stderr,
  )
  t.strictSame(await blobs(media), before, 'every file is there')
  const left = Number(/delete (\d+) files/.exec(run.stdout)?.[1])
  const none = await likeness(media, 'prune', keeping).ended
  t.match(
    [none.code, JSON.parse(none.stdout)],
    [0, { versions: 0, originals: 0 }],
    'nothing is left to prune',
  )

  proxy.fault = () => undefined
  const collected = await likeness(media, 'collect-garbage', keeping).ended
  t.match([collected.code, JSON.parse(collected.stdout)], [0, { blobs: left }], collected.stderr)
  const kept = await blobs(media)
  t.equal(kept.length, before.length - left)
  for (const size of [32, 64, 128, 256, 512]) {
    const query = { size, format: 'webp', default: '404' } as const
    t.equal((await ana.call(avatars.serve, { params: { userId: ana.id }, query })).status, 200)
  }
  t.ok(kept.some((key) => key.includes(live.id) && key.endsWith('preview.webp')))
  t.notOk(kept.some((key) => key.includes(live.id) && key.endsWith('.original')))
  t.ok(kept.some((key) => key.includes(pending.id) && key.endsWith('.original')))
  const confirmed = await ben.call(uploads.confirm, { params: { id: pending.id } })
  t.ok(confirmed.status < 300, 'and can be confirmed')
})
