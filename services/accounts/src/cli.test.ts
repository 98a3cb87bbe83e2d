import { me } from '@likeness/contracts/endpoints'
import { startProcess } from '@likeness/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { runCli } from './testing/run-cli.js'
import { goodPassword, startAccounts } from './testing/start-accounts.js'

t.test('create-admin creates the first administrator, once', async (t) => {
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
  t.equal((await call(me.read, { token: session.accessToken })).status, 200)

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

t.test('a database of another release is refused in one line', async (t) => {
  const { db, env } = await startAccounts(t)
  const foreign: [migration: string, line: RegExp][] = [
    [
      '2026-11-27-addresses',
      /^The database was made before the first release .+: start with an empty database.+\.\n$/,
    ],
    [
      '29991231T2359-later',
      /^The database was migrated by a newer release .+: run that release or a later one\.\n$/,
    ],
  ]
  for (const [migration, line] of foreign) {
    await sql`insert into kysely_migration values (${migration}, now()::text)`.execute(db)
    const refused = { status: 1, stdout: '', stderr: line }
    t.match(
      await Promise.all([runCli(env, 'migrate'), runCli(env, 'requeue-stuck')]),
      [refused, refused],
      migration,
    )
    await sql`delete from kysely_migration where name = ${migration}`.execute(db)
  }
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
    { status: 0, stdout: /create-admin/ },
    { status: 2, stderr: /unknown command/ },
    { status: 2, stderr: /--email/ },
    { status: 2, stderr: /error: / },
    { status: 1, stderr: /DATABASE_URL is required[\s\S]*No npm start runs on \S+, which would have them/ },
    { status: 1, stderr: /^Nothing answers at 127.0.0.1:9/ },
  ])
})

t.test('the API and the worker start, answer probes and stop', async (t) => {
  const { PORT: _, ...env } = (await startAccounts(t)).env
  for (const name of ['accounts', 'accounts-worker']) {
    const started = await startProcess(t, name, env)
    t.same(await (await fetch(`${started.url}/healthz`)).json(), { status: 'ok' })
    t.match(await (await fetch(`${started.url}/readyz`)).json(), { checks: { database: 'ok', queue: 'ok' } })
    t.equal(await started.stop(), 0, started.output())
  }
})
