import { fileURLToPath } from 'node:url'
import { migrateDatabase, openDatabase } from '@likeness/runtime'
import { startProcess, testDatabase } from '@likeness/test-kit'
import t from 'tap'
import { insertActivity, ourselves } from './database/activities.table.js'
import { migrations, type Tables } from './database/database.js'
import { runCli } from './testing/run-cli.js'
import { goodPassword, startAccounts } from './testing/start-accounts.js'

const entry = (name: string) => fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url))

t.test('create-admin makes the first one, once', async (t) => {
  const { call, env, logIn } = await startAccounts(t)
  const create = (more: Record<string, string> = {}) =>
    runCli({ ...env, ...more }, 'create-admin', '--email', 'root@example.com', '--username', 'root', '--json')
  const weak = await create({ ADMIN_PASSWORD: 'root' })
  t.equal(weak.status, 1)
  t.match(weak.stderr, /too weak\npassword must have at least 12 characters/)

  const made = await create()
  t.equal(made.status, 0)
  const { result, password } = JSON.parse(made.stdout) as { result: string; password: string }
  t.equal(result, 'created')
  const session = await logIn('root', password)
  t.equal(session.user.role, 'admin')
  t.equal((await call('GET', '/v1/me', { token: session.accessToken })).status, 200)

  const again = await create({ ADMIN_PASSWORD: goodPassword })
  t.same(JSON.parse(again.stdout), { result: 'exists', email: 'root@example.com', username: 'root' })
})

t.test('rotate-keys, upkeep and migrate answer JSON', async (t) => {
  const { env } = await startAccounts(t)
  const answers = {
    'rotate-keys': { kid: /^[\w-]{43}$/, signsFrom: /Z$/ },
    migrate: { migrated: [] },
    'prune --dry-run': { sessions: 0, users: 0 },
    'requeue-stuck --dry-run': { mails: 0, erasures: 0 },
    'retire-keys --dry-run': { retired: [] },
  }
  await Promise.all(
    Object.entries(answers).map(async ([command, answer]) => {
      const { status, stdout, stderr } = await runCli(env, ...command.split(' '), '--json')
      t.equal(status, 0, `${command} ${stderr}`)
      t.match(JSON.parse(stdout), answer, command)
    }),
  )
})

t.test('migrate reads the addresses that were kept as proxies wrote them', async (t) => {
  const before = Object.fromEntries(Object.entries(migrations).filter(([name]) => name < '2026-11-27'))
  const url = await testDatabase(t, {
    name: 'accounts',
    migrate: (url) => migrateDatabase(url, before),
    fingerprint: Object.keys(before).join(),
  })
  const kept = {
    '203.0.113.7:5151': '203.0.113.7',
    '::ffff:203.0.113.8': '203.0.113.8',
    '[2001:db8::7]:443': '2001:db8::7',
    'fe80::9%eth0': 'fe80::9',
    unknown: null,
    '10.0.0.0/8': null,
  }
  const db = openDatabase<Tables>(url, { name: 'test', max: 1, onError: () => undefined })
  t.teardown(() => db.destroy())
  for (const ip of Object.keys(kept)) {
    await insertActivity(db, { userId: null, type: 'login-failed', origin: { ...ourselves, ip } })
  }
  t.match(await runCli({ DATABASE_URL: url }, 'migrate'), { status: 0 })
  const rows = await db.selectFrom('activities').select('ip').orderBy('id').execute()
  t.same(
    rows.map((row) => row.ip),
    Object.values(kept),
  )
})

t.test('usage errors end with 2, failures with 1 and one clear line', async (t) => {
  const nowhere = { DATABASE_URL: 'postgres://127.0.0.1:9/x' }
  const results = await Promise.all([
    runCli({}, '--help'),
    runCli({}, 'explode'),
    runCli({}, 'create-admin'),
    runCli(nowhere, 'set-role', 'someone', 'root'),
    runCli({}, 'migrate'),
    runCli(nowhere, 'migrate'),
  ])
  t.match(results, [
    { status: 0, stdout: /KEY_SECRET/ },
    { status: 2, stderr: /unknown command/ },
    { status: 2, stderr: /--email/ },
    { status: 2, stderr: /error: / },
    { status: 1, stderr: /DATABASE_URL is required/ },
    { status: 1, stderr: /^Nothing answers at 127.0.0.1:9/ },
  ])
})

t.test('the API and the worker start, answer probes and stop', async (t) => {
  const { PORT: _, ...env } = (await startAccounts(t)).env
  for (const name of ['http', 'worker']) {
    const started = await startProcess(t, entry(name), env)
    t.same(await (await fetch(`${started.url}/healthz`)).json(), { status: 'ok' })
    t.match(await (await fetch(`${started.url}/readyz`)).json(), { checks: { database: 'ok', queue: 'ok' } })
    t.equal(await started.stop(), 0, started.output())
  }
})
