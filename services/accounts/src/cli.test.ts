import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { startProcess, waitFor } from '@likeness/test-kit'
import t from 'tap'
import { goodPassword, startAccounts } from './testing/start-accounts.js'

const bin = fileURLToPath(new URL('../bin/likeness-accounts.js', import.meta.url))
const entry = (name: string) => fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url))

/** Runs the compiled CLI. */
function run(env: Record<string, string>, ...args: string[]) {
  return new Promise<{ status: number; stdout: string; stderr: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [bin, ...args],
      { env: { PATH: process.env.PATH, ...env } },
      (_error, stdout, stderr) => resolve({ status: child.exitCode ?? -1, stdout, stderr }),
    )
  })
}

t.test('create-admin makes the first one, once', async (t) => {
  const { call, env, logIn } = await startAccounts(t)
  const create = (more: Record<string, string> = {}) =>
    run({ ...env, ...more }, 'create-admin', '--email', 'root@example.com', '--username', 'root', '--json')
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

t.test('list, set-role, disable and enable', async (t) => {
  const { call, env, join } = await startAccounts(t)
  const { accessToken, user } = await join()
  const json = async (...args: string[]) => {
    const { status, stdout, stderr } = await run(env, ...args, '--json')
    t.equal(status, 0, stderr)
    return JSON.parse(stdout) as Record<string, unknown>
  }
  t.match(await json('list', '--q', user.username), {
    users: [{ id: user.id, role: 'user', disabledAt: null }],
  })
  t.match(await run(env, 'list'), { status: 0, stdout: `users: ${user.username} <${user.email}> user` })
  t.match(await json('set-role', user.email, 'manager'), { id: user.id, role: 'manager' })
  t.match(await json('disable', user.username, 'left the company'), { disabled: true })
  await waitFor(async () => (await call('GET', '/v1/me', { token: accessToken })).status === 401)
  t.match(await json('enable', user.username), { disabled: false })
  t.match(await json('set-role', user.username, 'admin'), { role: 'admin' })
  const last = await run(env, 'set-role', user.username, 'user')
  t.match(last, { status: 1, stderr: /last administrator/ })
  t.match(await run(env, 'set-role', user.username, 'root'), { status: 2 })
  t.match(await run(env, 'list', '--status', 'odd'), { status: 2 })
  t.match(await run(env, 'disable', 'nobody'), { status: 1, stderr: /No such user/ })
})

t.test('rotate-keys, upkeep and migrate answer JSON', async (t) => {
  const { env } = await startAccounts(t)
  const json = async (...args: string[]) => {
    const { status, stdout, stderr } = await run(env, ...args, '--json')
    t.equal(status, 0, stderr)
    return JSON.parse(stdout) as Record<string, unknown>
  }
  t.match(await json('rotate-keys'), { kid: /^[\w-]{43}$/, signsFrom: /Z$/ })
  t.same(await json('migrate'), { migrated: [] })
  t.match(await json('delete-over', '--dry-run'), { sessions: 0, users: 0 })
  t.same(await json('requeue-stuck', '--dry-run'), { mails: 0, erasures: 0 })
  t.same(await json('retire-keys', '--dry-run'), { retired: [] })
})

t.test('usage errors end with 2, failures with 1 and one clear line', async (t) => {
  t.match(await run({}, '--help'), { status: 0, stdout: /KEY_SECRET/ })
  t.match(await run({}, 'explode'), { status: 2, stderr: /unknown command/ })
  t.match(await run({}, 'migrate', '--explode'), { status: 2 })
  t.match(await run({}, 'create-admin'), { status: 2, stderr: /--email/ })
  t.match(await run({}, 'migrate'), { status: 1, stderr: /DATABASE_URL is required/ })
  t.match(await run({ DATABASE_URL: 'postgres://127.0.0.1:9/x' }, 'migrate'), {
    status: 1,
    stderr: /^Nothing answers at 127.0.0.1:9/,
  })
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
