import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { takeUpkeepLock } from '@likeness/runtime/upkeep-lock'
import { startS3 } from '@likeness/storage/testing'
import { waitFor } from '@likeness/test-kit'
import t from 'tap'
import { connect } from './backup/connect.js'
import { type Env, json, runLikeness, startLikeness } from './testing/run-likeness.js'
import { confirm, emptyTarget, startBoth, upload } from './testing/start-both.js'

const s3 = await startS3(t)
const both = await startBoth(t, { STORAGE_URL: s3.url('pictures/live') })
const folder = await mkdtemp(join(tmpdir(), 'likeness-killed-'))
t.teardown(() => rm(folder, { recursive: true, force: true }))
const owner = await both.join()
await confirm(owner, (await upload(owner, 10)).id)
await upload(owner, 20)
const { ACCOUNTS_DATABASE_URL: accountsUrl = '', MEDIA_DATABASE_URL: mediaUrl = '' } = both.env

/** Runs the program until something holds it up, and kills it there. */
async function killWhen(env: Env, args: string[], isThere: () => Promise<boolean>): Promise<void> {
  const { child, ended } = startLikeness(env, ...args)
  await Promise.race([
    waitFor(isThere, { for: 'the step to be killed at' }),
    ended.then((how) => {
      throw new Error(`it ended before: ${String(how)}`)
    }),
  ])
  child.kill('SIGKILL')
  t.equal(await ended, 'SIGKILL')
}

/** Kills the program when a statement of it waits for what `hold` locks. */
async function killAtLock(env: Env, args: string[], url: string, hold: string): Promise<void> {
  const [holder, watcher] = [await connect(url, 'holder'), await connect(url, 'watcher')]
  try {
    await holder.query(`begin; ${hold}`)
    const waiting = `select pid from pg_stat_activity where datname = current_database()
      and application_name in ('likeness backup', 'likeness restore') and wait_event_type = 'Lock'`
    const isWaiting = async () => (await watcher.query(waiting)).rowCount !== 0
    await killWhen(env, args, isWaiting)
    // The server notices that its client is gone when the statement ends.
    await watcher.query(`select pg_terminate_backend(pid) from (${waiting}) as found`)
    await waitFor(async () => !(await isWaiting()), { for: 'the statement to end' })
  } finally {
    await holder.end()
    await watcher.end()
  }
}

/** Holds up requests to S3, from the nth on, until the test has killed who waits for them. */
function hangAt(method: string, path: RegExp, count: number): () => Promise<boolean> {
  let seen = 0
  s3.proxy.fault = (request) => {
    if (request.method !== method || !path.test(request.path)) return undefined
    seen += 1
    return seen >= count ? 'hang' : undefined
  }
  return async () => seen >= count
}
const goOn = () => {
  s3.proxy.fault = () => undefined
}

const blob = /\/(?:uploads|avatars)\//
const list = /[?&]prefix=/
const backUp = ['backup', '--to', folder, '--json']

await t.test('a backup that is killed at any step, and run again', async (t) => {
  await killWhen(both.env, backUp, hangAt('GET', blob, 5))
  // Each walk lists two prefixes: the count, the files before the snapshots, and those after them.
  await killWhen(both.env, backUp, hangAt('GET', list, 6))
  goOn()
  await killAtLock(
    both.env,
    backUp,
    accountsUrl,
    "insert into activities (id, type) values (gen_random_uuid(), 'login')",
  )
  await killAtLock(both.env, backUp, accountsUrl, 'lock table users in access exclusive mode')
  await killAtLock(both.env, backUp, mediaUrl, 'lock table uploads in access exclusive mode')
  t.match(await runLikeness(both.env, 'restore', '--from', folder, '--verify'), {
    ...{ status: 1, stderr: /is no backup/ },
  })
  const lock = await takeUpkeepLock(mediaUrl, 'backup')
  t.match(await runLikeness(both.env, ...backUp), {
    status: 0,
    stdout: /another run of this task is under way/,
  })
  await lock?.release()
  const whole = await runLikeness(both.env, ...backUp)
  t.equal(whole.status, 0, whole.stderr)
  t.match(
    json(whole),
    { copied: 0, gone: 0, missing: 0 },
    'files that killed runs copied are not copied again',
  )
  t.ok(Number(json(whole).files) > 20)
})

await t.test('a restore that is killed at any step, and run again', async (t) => {
  const target = await emptyTarget(t, both.env, s3.url('pictures/restored'))
  const restore = ['restore', '--from', folder, '--json']
  await killWhen(target, restore, hangAt('PUT', blob, 20))
  goOn()
  const { ACCOUNTS_DATABASE_URL: accounts = '', MEDIA_DATABASE_URL: media = '' } = target
  // Its statements wait for a lock of the test: one in the middle of a table, one in the commit of the second database.
  t.equal((await runLikeness(target, 'migrate')).status, 0)
  const hook = await connect(media, 'hook')
  await hook.query(`create function wait_here() returns trigger language plpgsql as $$
    begin perform pg_advisory_xact_lock(42, 42); return null; end $$`)
  for (const [when, trigger] of [
    ['the load', 'create trigger wait_here after insert on uploads for each row'],
    [
      'the commit',
      'create constraint trigger wait_here after insert on uploads deferrable initially deferred for each row',
    ],
  ] as const) {
    await hook.query(`${trigger} execute function wait_here()`)
    await killAtLock(target, restore, media, 'select pg_advisory_xact_lock(42, 42)')
    await hook.query('drop trigger wait_here on uploads')
    t.equal((await hook.query('select from uploads')).rowCount, 0, `killed in ${when}: nothing is in media`)
  }
  await hook.query('drop function wait_here')
  await hook.end()
  const first = await connect(accounts, 'look')
  t.not((await first.query('select from users')).rowCount, 0, 'accounts was committed')
  await first.end()

  t.match(json(await runLikeness(target, ...restore)), { copied: 0, rows: Number })
  t.match(await runLikeness(target, 'audit', 'verify'), { status: 0 })
  const again = await mkdtemp(join(tmpdir(), 'likeness-again-'))
  t.teardown(() => rm(again, { recursive: true, force: true }))
  t.match(json(await runLikeness(target, 'backup', '--to', again, '--json')), { gone: 0, missing: 0 })
  t.match(await runLikeness({ ...target, MEDIA_STORAGE_URL: pathToFileURL(again).href }, ...restore), {
    ...{ status: 1, stderr: /storage is not empty/ },
  })
})
