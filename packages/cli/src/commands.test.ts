import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { uploads } from '@likeness/contracts/endpoints'
import { openDatabase } from '@likeness/runtime/database'
import { openStorage } from '@likeness/storage'
import { openCalls, testDatabase } from '@likeness/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { json, runLikeness as likeness } from './testing/run-likeness.js'
import { confirm, startBoth, upload } from './testing/start-both.js'

const both = await startBoth(t)
const { accounts, media, env } = both
const folder = await mkdtemp(join(tmpdir(), 'likeness-commands-'))
t.teardown(() => rm(folder, { recursive: true, force: true }))
const run = async (...args: string[]) => {
  const ran = await likeness(env, ...args, '--json')
  t.equal(ran.status, 0, `${args.join(' ')} ${ran.stderr}`)
  return json(ran)
}

async function contentsOf(url: string): Promise<Record<string, string>> {
  const storage = openStorage(url)
  const found: Record<string, string> = {}
  for await (const { key } of storage.list('')) found[key] = (await storage.get(key)).toString('base64')
  await storage.close()
  return found
}

t.test('every command has a test that runs it by its name', async (t) => {
  const tests = fileURLToPath(new URL('../src/', import.meta.url))
  const names = (await readdir(tests)).filter((name) => name.endsWith('.test.ts'))
  const text = (await Promise.all(names.map((name) => readFile(join(tests, name), 'utf8')))).join()
  const namesIn = ({ stdout }: { stdout: string }) =>
    [...(stdout.split('\nCommands:\n')[1] ?? '').matchAll(/^ {2}([a-z-]+)/gm)].map(([, name = '']) => name)
  const commands = namesIn(await likeness({}, '--help')).filter((name) => name !== 'help')
  t.ok(commands.length > 20)
  const groups = await Promise.all(
    commands.map(async (name) => {
      const under = namesIn(await likeness({}, name, '--help')).filter((one) => one !== 'help')
      return under.length === 0 ? [`'${name}'`] : under.map((one) => `'${name}', '${one}'`)
    }),
  )
  for (const typed of groups.flat()) t.ok(text.includes(typed), typed)
})

t.test('doctor changes nothing, not even where there is no signing key yet', async (t) => {
  const keys = () => sql`select kid from signing_keys`.execute(accounts.db)
  const { rows } = await keys()
  const found = async (more: Record<string, string> = {}) => {
    const checks = json(await likeness({ ...env, ...more }, 'doctor', '--json')).checks
    return (checks as { name: string; ok: boolean; says: string }[]).find(({ name }) => name === 'keys')
  }
  t.match(await found(), { ok: true, says: /opens all 1/ })
  t.match(await found({ ACCOUNTS_KEY_SECRET: 'another secret than that of the tests' }), {
    ...{ ok: false, says: /does not open 1 of 1/ },
  })
  const swapped = {
    ACCOUNTS_KEY_SECRET: 'another secret than that of the tests',
    ACCOUNTS_KEY_SECRET_OTHER: env.ACCOUNTS_KEY_SECRET ?? '',
  }
  const sealed = () => sql`select sealed_private_key from signing_keys`.execute(accounts.db)
  const before = (await sealed()).rows
  t.match(await found(swapped), { ok: true })
  t.strictSame((await sealed()).rows, before, 'a service would seal them anew')
  t.strictSame((await keys()).rows, rows)

  // Where no service has run.
  const fresh = {
    ACCOUNTS_DATABASE_URL: await testDatabase(t, { name: 'fresh', migrate: async () => undefined }),
  }
  t.equal((await likeness({ ...env, ...fresh }, 'migrate', '--service', 'accounts')).status, 0)
  t.match(await found(fresh), { ok: true, says: /none yet/ })
  const db = openDatabase(fresh.ACCOUNTS_DATABASE_URL, { name: 'test', max: 1, onError: () => undefined })
  t.teardown(() => db.destroy())
  t.strictSame((await sql`select kid from signing_keys`.execute(db)).rows, [])
})

t.test('accounts: create-admin, rotate-keys, retire-keys, users', async (t) => {
  const made = await run('create-admin', '--email', 'root@example.com', '--username', 'root')
  t.match(made, { result: 'created', password: String })
  t.equal((await accounts.logIn('root', String(made.password))).user.role, 'admin')
  t.match(await run('create-admin', '--email', 'root@example.com'), { result: 'exists' })

  const { kid } = await run('rotate-keys')
  const stored = await sql<{ kid: string }>`select kid from signing_keys`.execute(accounts.db)
  t.ok(stored.rows.some((row) => row.kid === kid))
  await sql`update signing_keys set signs_from = now() - interval '1 day' * case when kid = ${kid} then 1 else 2 end`.execute(
    accounts.db,
  )
  t.equal(((await run('retire-keys')).retired as string[]).length, 1)

  const { user } = await both.join()
  t.match(await run('users', 'disable', user.username, 'Left'), { disabled: true })
  t.match(await run('users', 'enable', user.email), { disabled: false })
  t.match(await run('users', 'set-role', user.username, 'manager'), { role: 'manager' })
})

t.test('media: rerender, move-storage, collect-garbage, roll-up-stats, tell-webhooks', async (t) => {
  const owner = await both.join()
  const live = await confirm(owner, (await upload(owner, 10)).id)
  const sizes = { ...env, MEDIA_AVATAR_SIZES: '32,96' }
  t.match(json(await likeness(sizes, 'rerender', '--dry-run', '--json')), { incomplete: 1, rendered: 0 })
  t.match(json(await likeness(sizes, 'rerender', '--json')), { rendered: 1, failed: 0 })
  const { avatar } = (await owner.call(uploads.read, { params: { id: live.id } })).body
  t.equal((await fetch(media.url + new URL(avatar?.urls['96']?.webp ?? '').pathname)).status, 200)

  const { STORAGE_URL } = media.env
  const to = pathToFileURL(join(folder, 'moved')).href
  const moved = await run('move-storage', '--from', STORAGE_URL, '--to', to)
  t.ok(Number(moved.missing) > 5)
  t.strictSame(await contentsOf(to), await contentsOf(STORAGE_URL))
  t.match(await run('move-storage', '--from', STORAGE_URL, '--to', to, '--verify'), { missing: 0 })

  const before = await contentsOf(STORAGE_URL)
  const storage = openStorage(STORAGE_URL)
  const nobody = crypto.randomUUID()
  const orphan = `uploads/${nobody.slice(0, 8)}/${nobody}.original`
  await storage.put(orphan, Buffer.from('left by a process that died'))
  await storage.close()
  const now = { ...env, MEDIA_GARBAGE_GRACE_SECONDS: '0' }
  const collected = await likeness(now, 'collect-garbage', '--json')
  t.match(json(collected), { blobs: 1 }, collected.stderr)
  t.strictSame(await contentsOf(STORAGE_URL), before)
  t.ok(Number((await run('roll-up-stats')).hours) > 0)
  t.match(await run('tell-webhooks'), { events: 0 }, 'there is nobody to tell')
})

t.test('both: seal-trail, verify-trail, drain-audit, audit', async (t) => {
  const { user } = await both.join()
  await openCalls(media.url).call(uploads.list)
  const sealed = (await run('seal-trail')) as Record<string, { events: number }>
  t.ok((sealed.accounts?.events ?? 0) > 0 && (sealed.media?.events ?? 0) > 0)
  t.match(await run('verify-trail'), { accounts: { whole: true }, media: { whole: true } })
  t.match(await run('audit', 'verify'), { accounts: { whole: true }, media: { whole: true } })
  t.match(await run('audit', 'seal'), { accounts: { events: 0 } })
  const nowhere = pathToFileURL(join(folder, 'no', 'folder')).href
  const away = await likeness({ ...env, ACCOUNTS_AUDIT_DRAIN_URL: nowhere }, 'drain-audit')
  t.equal(away.status, 1)
  t.match(away.stderr, /^the file of AUDIT_DRAIN_URL cannot be written: ENOENT[^\n]*\n$/, 'one line says why')
  const file = join(folder, 'drained.ndjson')
  const drained = await likeness(
    { ...env, ACCOUNTS_AUDIT_DRAIN_URL: pathToFileURL(file).href },
    'drain-audit',
    '--json',
  )
  t.match(
    json(drained),
    { accounts: { drained: sealed.accounts?.events }, media: { drained: 0 } },
    drained.stderr,
  )
  t.match(await readFile(file, 'utf8'), user.id)
})
