import { userInfo } from 'node:os'
import { startAccounts } from '@likeness/accounts/testing'
import { startMedia } from '@likeness/media/testing'
import { sql } from 'kysely'
import t from 'tap'
import { json, runLikeness as likeness } from './testing/run-likeness.js'
import { noTerminal, runOnTerminal } from './testing/run-on-terminal.js'

t.test('what cannot be undone is asked first on a terminal', { skip: noTerminal }, async (t) => {
  const accounts = await startAccounts(t)
  const env = { ...accounts.env, LIKENESS_SERVICE: 'accounts' }
  const { user } = await accounts.join()
  const close = ['users', 'close', user.username, 'Asked by phone']
  const isThere = async () =>
    (await likeness(env, 'users', 'list', '--q', user.username)).stdout.includes(user.email)

  for (const no of ['n\r', '\r', 'perhaps\r', '\u0004', '\u0003']) {
    const { status, shown } = await runOnTerminal(env, close, no)
    t.not(status, 0, JSON.stringify(no))
    t.match(shown, /erases all that it owns, for good\. Go on\? \[y\/N\]/)
    t.ok(await isThere())
  }
  t.match(await likeness(env, ...close), { status: 2, stderr: /--yes, or try it with --dry-run/ })
  t.match(json(await likeness(env, ...close, '--dry-run', '--json')), { id: user.id, erasureId: null })
  t.match(await runOnTerminal(env, [...close, '--dry-run']), { status: 0 })
  t.match(await likeness(env, 'users', 'close', user.username), { status: 2, stderr: /reason/ })
  t.match(await likeness(env, 'users', 'close', 'nobody', 'x', '--yes'), {
    status: 1,
    stderr: /No such user/,
  })
  t.ok(await isThere())

  t.match(await runOnTerminal(env, close, 'y\r'), { status: 0, shown: /erasureId: / })
  t.notOk(await isThere())
  const other = await accounts.join()
  t.match(await likeness(env, 'users', 'close', other.user.email, 'Asked by phone', '--yes'), { status: 0 })
  const { rows } = await sql`select actor_id, reason from erasures`.execute(accounts.db)
  t.strictSame(rows, Array(2).fill({ actor_id: null, reason: 'Asked by phone' }))
  const acts = await sql<{ details: object }>`
    select details from audit_events where action = 'account-closed'`.execute(accounts.db)
  t.match(acts.rows, Array(2).fill({ details: { startedBy: 'cli', osUser: userInfo().username } }))

  t.match(await runOnTerminal(env, ['prune'], 'n\r'), { status: 1, shown: /Nothing was done/ })
  t.match(await runOnTerminal(env, ['prune'], 'y\r'), { status: 0, shown: /sessions: 0/ })
  t.match(await runOnTerminal(env, ['prune', '--yes']), { status: 0, shown: /sessions: 0/ })
  t.match(await likeness(env, 'prune'), { status: 0, stderr: '' }, 'cron is not asked')
})

t.test('a terminal shows a bar with rate and time left; a log has lines', { skip: noTerminal }, async (t) => {
  const media = await startMedia(t, { config: { UPKEEP_SCHEDULE: 'off' } })
  const { db } = media.deps
  const stale = () =>
    sql`
      insert into uploads (user_id, id, status, format, bytes, width, height, pages, sha256, expires_at)
      select gen_random_uuid(), gen_random_uuid(), 'pending', 'jpeg', 1000, 10, 10, 1, repeat('ab', 32),
        now() - interval '1 hour' - interval '1 second' * n
      from generate_series(1, 2500) as n`.execute(db)
  // Each batch takes longer than the time between two drawings.
  await sql`create function be_slow() returns trigger language plpgsql as $$ begin
    perform pg_sleep(current_setting('likeness.pause')::float); return null; end $$`.execute(db)
  const pause = (seconds: string) =>
    sql
      .raw(
        `alter database ${new URL(media.env.DATABASE_URL).pathname.slice(1)} set likeness.pause = ${seconds}`,
      )
      .execute(db)
  await sql`create trigger be_slow after update on uploads for each statement execute function be_slow()`.execute(
    db,
  )

  await pause('0.4')
  await stale()
  const { status, shown } = await runOnTerminal(media.env, ['expire'])
  t.equal(status, 0, shown)
  const drawn = shown.replaceAll('\r\u001b[K', '<redraw>')
  t.match(drawn, /<redraw>█+░+ 1,000 of 2,500 uploads, [\d,.]+\/s, \d+:\d\d left/)
  t.match(drawn, /<redraw>expired: 2500\r\n/, 'the bar is gone when the result is printed')
  await stale()
  t.notMatch((await runOnTerminal(media.env, ['expire', '--quiet'])).shown, '█')

  await pause('2.2')
  await stale()
  const logged = await likeness(media.env, 'expire')
  t.match(logged, { status: 0, stdout: /^expired: 2500\n/ })
  t.match(logged.stderr, /^1,000 of 2,500 uploads, \S+\/s, \d+:\d\d left\n/)
  t.notMatch(logged.stderr, /[█\r]/)
})
