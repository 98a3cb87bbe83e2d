import { startAccounts } from '@likeness/accounts/testing'
import { uploads } from '@likeness/contracts/endpoints'
import { startMedia } from '@likeness/media/testing'
import { takeUpkeepLock } from '@likeness/runtime/upkeep-lock'
import { waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { bmp } from './testing/bmp.js'
import { json, runLikeness as likeness, prefixed, startLikeness } from './testing/run-likeness.js'

const media = await startMedia(t, { config: { UPKEEP_SCHEDULE: 'off' } })
const { db } = media.deps

/** Uploads that wait past their time, of as many people. They have no files. */
const stale = (count: number) =>
  sql`
    insert into uploads (user_id, id, status, format, bytes, width, height, pages, sha256, expires_at)
    select gen_random_uuid(), gen_random_uuid(), 'pending', 'jpeg', 1000, 10, 10, 1, repeat('ab', 32),
      now() - interval '1 hour' - interval '1 second' * n
    from generate_series(1, ${sql.lit(count)}) as n`.execute(db)
const count = async (status: string) =>
  (await sql<{ n: number }>`select count(*)::int as n from uploads where status = ${status}`.execute(db))
    .rows[0]?.n

t.test('usage, help and settings', async (t) => {
  const [help, unknown, unclear, notIts, badUrl, noToken, noEndpoint, badCron] = await Promise.all([
    likeness({}, '--help'),
    likeness({}, 'dance'),
    likeness({ DATABASE_URL: 'postgres://127.0.0.1:9/x' }, 'prune'),
    likeness({ LIKENESS_SERVICE: 'accounts' }, 'expire'),
    likeness({}, 'upkeep', '--url', 'likeness'),
    likeness({}, 'upkeep', '--url', 'http://127.0.0.1:9'),
    likeness({ LIKENESS_URL: 'http://127.0.0.1:9', LIKENESS_TOKEN: 'x' }, 'migrate'),
    likeness({ ...media.env, UPKEEP_SCHEDULE: 'prune=61 * * * *' }, 'expire'),
  ])
  t.match(help, { status: 0, stdout: /Exit codes: 0 done; 1 failed; 2 wrong usage; 3 partly done/ })
  t.match(unknown, { status: 2, stderr: /unknown command/ })
  t.match(unclear, { status: 2, stderr: /DATABASE_URL is set, but not whose it is/ })
  t.match(notIts, { status: 2, stderr: /not of accounts, but of media/ })
  t.match(badUrl, { status: 2, stderr: /--url must be an address/ })
  t.match(noToken, { status: 2, stderr: /LIKENESS_TOKEN/ })
  t.match(noEndpoint, { status: 2, stderr: /no endpoint/ })
  t.match(badCron, { status: 1, stderr: /UPKEEP_SCHEDULE: prune must be off or a cron expression/ })
})

t.test(
  'a dry run changes nothing, a second run at once is none, and one that was killed goes on',
  async (t) => {
    await stale(2_500)
    t.match(json(await likeness(media.env, 'expire', '--dry-run', '--json')), { expired: 2_500 })
    t.equal(await count('pending'), 2_500)

    const lock = await takeUpkeepLock(media.env.DATABASE_URL, 'expire-uploads')
    const second = await likeness(media.env, 'expire')
    t.match(second, { status: 0, stdout: /another run of this task is under way/ })
    await lock?.release()
    t.equal(await count('pending'), 2_500)

    // The second batch waits for a lock before its end, and its process is killed then.
    await sql`create function wait_here() returns trigger language plpgsql as $$ begin
    if (select count(*) from uploads where status = 'expired') > 1000 then perform pg_advisory_xact_lock(42, 42); end if;
    return null; end $$`.execute(db)
    await sql`create trigger wait_here after insert on upload_events for each statement execute function wait_here()`.execute(
      db,
    )
    await db.connection().execute(async (held) => {
      await sql`select pg_advisory_lock(42, 42)`.execute(held)
      const { child, ended } = startLikeness(media.env, 'expire')
      const waiting = sql<{
        pid: number
      }>`select pid from pg_locks where locktype = 'advisory' and classid = 42 and not granted
        and database = (select oid from pg_database where datname = current_database())`
      await waitFor(async () => (await waiting.execute(held)).rows.length > 0, { for: 'the second batch' })
      child.kill('SIGKILL')
      t.equal(await ended, 'SIGKILL')
      // PostgreSQL would still commit a statement whose sender is gone.
      await sql`select pg_terminate_backend(pid) from (${waiting}) as found`.execute(held)
      await waitFor(async () => (await waiting.execute(held)).rows.length === 0, {
        for: 'the statement to end',
      })
      await sql`select pg_advisory_unlock(42, 42)`.execute(held)
    })
    await sql`drop trigger wait_here on upload_events`.execute(db)
    t.equal(await count('expired'), 1_000, 'the first batch stays')
    const seen = json(await likeness({ ...media.env, LIKENESS_SERVICE: 'media' }, 'upkeep', '--json'))
    t.match(seen.tasks, [
      { name: 'expire-uploads', isRunning: false, lastRun: { status: 'killed', startedBy: 'cli' } },
    ])

    t.match(await likeness(media.env, 'expire'), { status: 0, stdout: /^expired: 1500\nabandoned: 0\n$/ })
    const { rows } = await sql<{ n: number; uploads: number }>`
    select count(*)::int as n, count(distinct upload_id)::int as uploads from upload_events where type = 'expired'`.execute(
      db,
    )
    t.strictSame(rows, [{ n: 2_500, uploads: 2_500 }], 'each once')
  },
)

t.test('a storage that is away leaves files, and the command says so', async (t) => {
  await stale(3)
  const storage = 's3://pictures?endpoint=http://127.0.0.1:9&pathStyle=true&attempts=1&region=here'
  const away = { ...media.env, STORAGE_URL: storage, AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'y' }
  const run = await likeness(away, 'expire', '--json')
  t.equal(run.status, 3, run.stderr)
  t.match(json(run), { expired: 3, attention: /The storage did not delete 6 files; collect-garbage will/ })
  t.equal(await count('pending'), 0)
  t.match(await likeness(away, 'collect-garbage'), { status: 1 })
})

t.test('against a deployment: an administrator runs, a manager only looks', async (t) => {
  await media.work()
  await stale(2)
  const [admin, manager] = [
    await media.token(crypto.randomUUID(), 'admin'),
    await media.token(crypto.randomUUID(), 'manager'),
  ]
  const asked = (token: string, ...args: string[]) =>
    likeness({ LIKENESS_URL: media.url, LIKENESS_TOKEN: token, LIKENESS_SERVICE: 'media' }, ...args)
  const refused = await asked(manager, 'expire')
  t.match(refused, { status: 1, stdout: '', stderr: /You may not do this/ })
  t.equal(await count('pending'), 2)
  t.match(json(await asked(admin, 'expire', '--dry-run', '--json')), { expired: 2 })
  t.match(json(await asked(admin, 'expire', '--json')), { expired: 2 })
  t.equal(await count('pending'), 0)
  const listed = await asked(manager, 'upkeep')
  t.match(listed, { stdout: /media +expire-uploads +off +done .+; next not by schedule/ })
  for (const { stdout, stderr } of [refused, listed]) t.notMatch(stdout + stderr, manager)
  t.match(await likeness({}, 'upkeep', '--url', 'http://127.0.0.1:9', '--token', 'x'), {
    status: 1,
    stderr: /Nothing answers at http:..127.0.0.1:9/,
  })
})

t.test('history, stats and failures, here and against a deployment', async (t) => {
  const owner = await media.person()
  const body = new FormData()
  body.append('image', new Blob([bmp()]), '=1+1.jpg')
  const { id } = (await owner.call(uploads.create, { body })).body
  const [manager, user] = [await media.token(crypto.randomUUID(), 'manager'), await media.token(owner.id)]
  const here = (...args: string[]) => likeness(media.env, ...args)
  const elsewhere = (token: string, ...args: string[]) =>
    likeness({ LIKENESS_URL: media.url, LIKENESS_TOKEN: token }, ...args)
  const asked = ['history', '--user-id', owner.id]
  for (const run of [here, (...args: string[]) => elsewhere(manager, ...args)]) {
    const [ndjson, csv, stats, failures, retried] = await Promise.all([
      run(...asked),
      run(...asked, '--as', 'csv'),
      run('stats', '--json'),
      run('failures', 'list', '--json'),
      run('failures', 'retry', '--step', 'publish', '--cause', 'accounts-away', '--dry-run', '--json'),
    ])
    const lines = ndjson.stdout.trimEnd().split('\n')
    t.match(
      lines.map((line) => JSON.parse(line) as object),
      [
        { id, originalFilename: '=1+1.jpg' },
        { complete: true, rows: 1 },
      ],
    )
    t.match(csv, { status: 0, stdout: /\r\nupload,1,.*'=1\+1\.jpg.*\r\ncomplete,1,/ })
    t.match(json(stats), { bucket: 'day', total: { uploads: 1 } }, stats.stderr)
    t.type(json(failures).items, Array)
    t.match(json(retried), { retried: 0, dryRun: true }, retried.stderr)
  }
  const read = await sql<{ actor_kind: string; details: object }>`
    select actor_kind, details from audit_events
    where action = 'history-exported' and user_id = ${owner.id} order by seq`.execute(db)
  const details = { filters: ['userId'], startedBy: 'cli', osUser: String }
  t.match(read.rows.slice(0, 2), Array(2).fill({ actor_kind: 'upkeep', details }))
  t.match(read.rows.slice(2), Array(2).fill({ actor_kind: 'person' }))
  t.match(await here('stats', '--bucket', 'minute'), { status: 2, stderr: /bucket must be one of/ })
  t.match(await here('failures', 'retry'), { status: 2, stderr: /must name either an upload/ })
  t.match(await here('history', '--as', 'pdf'), { status: 2 })
  t.match(await here('history', '--status', 'gone'), { status: 2, stderr: /status must be one of/ })
  t.match(await elsewhere(user, ...asked), { status: 1, stdout: '', stderr: /You may not do this/ })
})

t.test('both services at once: prune, requeue, users, doctor, config', async (t) => {
  const accounts = await startAccounts(t)
  const env = { ...prefixed('MEDIA', media.env), ...prefixed('ACCOUNTS', accounts.env) }
  const { user } = await accounts.join()
  const [pruned, requeued, listed, doctor, config, migrated] = await Promise.all([
    likeness(env, 'prune', '--json'),
    likeness(env, 'requeue', '--json', '--dry-run'),
    likeness(env, 'users', 'list'),
    likeness(env, 'doctor', '--json'),
    likeness(env, 'config'),
    likeness(env, 'migrate', '--json'),
  ])
  t.match(json(pruned), { accounts: { sessions: 0 }, media: { originals: 0 } }, pruned.stderr)
  t.match(json(requeued), { accounts: { mails: Number }, media: { prepare: Number } })
  t.match(listed, { status: 0, stdout: `${user.username} <${user.email}> user` })
  t.match(json(migrated), { accounts: [], media: [] })

  const checks = json(doctor).checks as { service: string; name: string; ok: boolean; says: string }[]
  const found = (service: string, name: string) =>
    checks.find((one) => one.service === service && one.name === name)
  for (const name of ['settings', 'database', 'clock', 'schema', 'queue'])
    for (const service of ['accounts', 'media'])
      t.match(found(service, name), { ok: true }, `${service} ${name}`)
  t.match(found('media', 'storage'), { ok: true, says: /written, read and deleted/ })
  t.match(found('accounts', 'keys'), { ok: true })
  t.match(found('accounts', 'mail'), { ok: false, says: /set MAIL_URL/ })
  t.match(found('media', 'address'), { ok: false, says: /likeness.test/ }, 'nothing answers there')
  t.equal(doctor.status, 3)

  t.match(config, { status: 0, stdout: /PENDING_PER_USER=5 {2}\(default\)/ })
  t.match(config.stdout, /SERVICE_SECRET=\*\*\* {2}\(MEDIA_SERVICE_SECRET\)/)
  for (const secret of [
    'a secret of the media tests',
    'a key secret of the accounts tests',
    'secret of the accounts',
  ])
    t.notMatch(config.stdout, secret)
  const { password } = new URL(media.env.DATABASE_URL)
  if (password) t.notMatch(config.stdout, password)
})
