import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { goodPassword } from '@likeness/accounts/testing'
import { avatars, history, me, sessions, uploads } from '@likeness/contracts/endpoints'
import { openStorage } from '@likeness/storage'
import { openCalls, startProcess, waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { sha256Of } from './backup/files.js'
import { json, runLikeness } from './testing/run-likeness.js'
import { confirm, emptyTarget, settingsOf, startBoth, upload } from './testing/start-both.js'

const run = promisify(execFile)

/** A folder of the test's own; the small disk of `t.testdir` may be the repository's. */
async function folder(t: Test, name: string): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), `likeness-${name}-`))
  t.teardown(() => rm(path, { recursive: true, force: true }))
  return path
}

async function keysIn(url: string): Promise<string[]> {
  const storage = openStorage(url)
  const keys: string[] = []
  for await (const { key } of storage.list('')) keys.push(key)
  await storage.close()
  return keys
}

const bytesOf = async (origin: string, address: string) =>
  Buffer.from(await (await fetch(origin + new URL(address).pathname)).arrayBuffer())

const both = await startBoth(t)
const { accounts, media, env } = both
const backups = await folder(t, 'backups')

// Ada has an avatar, one before it and a picture that waits; Ben took his down; Cleo left; a manager looked.
const [ada, ben, cleo] = [await both.join(), await both.join(), await both.join()]
await confirm(ada, (await upload(ada, 10)).id)
const live = await confirm(ada, (await upload(ada, 20)).id)
const waiting = await upload(ada, 30)
await confirm(ben, (await upload(ben, 40)).id)
await ben.call(avatars.withdraw, { params: { userId: ben.user.id }, query: {} })
const left = await confirm(cleo, (await upload(cleo, 50)).id)
await openCalls(accounts.url, { token: cleo.accessToken }).call(me.close, {
  body: { password: goodPassword },
})
await waitFor(async () => (await keysIn(media.env.STORAGE_URL)).every((key) => !key.includes(left.id)), {
  for: 'the pictures of Cleo to be erased',
})
const manager = await both.joinAsManager()
const listed = await manager.call(history.list, { query: {} })
const address = live.avatar?.urls['256']?.webp ?? ''
const picture = await bytesOf(media.url, address)

await t.test('a backup while people upload, then a second one beside it', async (t) => {
  const dry = await runLikeness(env, 'backup', '--to', join(backups, 'none'), '--dry-run', '--json')
  t.equal(dry.status, 0, dry.stderr)
  t.ok(Number(json(dry).toCopy) > 20)
  await t.rejects(stat(join(backups, 'none')), 'a dry run makes nothing')

  let busy = true
  const uploading = (async () => {
    const people = [await both.join(), await both.join()]
    for (let shade = 60; busy; shade += 1) {
      await Promise.all(
        people.map(async (person) => {
          const { id } = await upload(person, shade % 250)
          if (shade % 3 === 0) await person.call(uploads.remove, { params: { id } })
          else await confirm(person, id)
        }),
      )
    }
  })()
  const first = await runLikeness(env, 'backup', '--to', backups, '--json')
  t.equal(first.status, 0, first.stderr)
  const taken = json(first)
  t.match(taken, { missing: 0 })
  t.ok(Number(taken.copied) > 20 && Number(taken.rows) > 30)
  busy = false
  await uploading

  const second = json(await runLikeness(env, 'backup', '--to', backups, '--json'))
  t.ok(Number(second.copied) < Number(second.files), 'what is there is not copied again')
  t.match(json(await runLikeness(env, 'backup', '--to', backups, '--json')), {
    copied: 0,
    gone: 0,
    missing: 0,
  })

  const kept = json(await runLikeness(env, 'backup', '--to', backups, '--keep', '1', '--json'))
  t.match(kept, { dropped: 3, copied: 0 })
  const names = await readdir(backups)
  t.equal(names.length, 2, names.join())
  for (const path of [backups, join(backups, 'files')]) t.equal((await stat(path)).mode & 0o077, 0)
  const [name = ''] = names
  for (const path of ['manifest.json', 'files.ndjson.gz', 'accounts/users.copy.gz', 'media/uploads.copy.gz'])
    t.equal((await stat(join(backups, name, path))).mode & 0o777, 0o600, path)
  t.notOk((await keysIn(pathToFileURL(join(backups, 'files')).href)).some((key) => key.includes(left.id)))

  const damaged = join(backups, 'files', (await keysIn(pathToFileURL(join(backups, 'files')).href))[3] ?? '')
  const right = await readFile(damaged)
  await writeFile(damaged, Buffer.alloc(right.length, 1))
  t.match(
    json(await runLikeness(env, 'backup', '--to', backups, '--json')),
    { copied: 0 },
    'the size is right',
  )
  t.match(json(await runLikeness(env, 'backup', '--to', backups, '--verify', '--keep', '1', '--json')), {
    copied: 1,
  })
  t.strictSame(await readFile(damaged), right)
})

await t.test('what cannot be restored is refused, and nothing is changed', async (t) => {
  const storage = await folder(t, 'storage')
  const target = await emptyTarget(t, env, pathToFileURL(storage).href)
  const [name = ''] = (await readdir(backups)).filter((one) => one !== 'files')
  const copy = join(await folder(t, 'copy'), 'backups')
  await cp(backups, copy, { recursive: true })
  const restore = (from: string, ...more: string[]) => runLikeness(target, 'restore', '--from', from, ...more)

  t.match(await runLikeness(env, 'restore', '--from', backups), {
    status: 1,
    stderr: /accounts is not empty/,
  })
  t.match(await restore(join(copy, 'nowhere')), { status: 1, stderr: /no folder/ })
  t.match(await restore(storage), { status: 1, stderr: /is no backup/ })
  t.match(await runLikeness({}, 'restore'), { status: 2, stderr: /--from/ })
  t.match(await runLikeness(target, 'restore', '--from', copy, '--service', 'media'), { status: 2 })
  t.match(await restore(copy, '--url', 'http://likeness.test'), { status: 2, stderr: /no endpoint/ })
  t.match(await runLikeness(env, 'backup', '--to', copy, '--keep', '0'), { status: 2, stderr: /--keep/ })

  const files = join(copy, 'files')
  const [key = ''] = await keysIn(pathToFileURL(files).href)
  const bytes = await readFile(join(files, key))
  await writeFile(join(files, key), bytes.subarray(1))
  t.match(await restore(copy), { status: 1, stderr: new RegExp(`damaged.*files/${key}`) })
  t.match(await restore(copy, '--verify'), { status: 1, stderr: /damaged/ })
  await writeFile(join(files, key), bytes)

  const table = join(copy, name, 'media', 'uploads.copy.gz')
  const rows = await readFile(table)
  await writeFile(table, rows.subarray(0, -1))
  t.match(await restore(copy), { status: 1, stderr: /damaged.*media\/uploads.copy.gz/ })
  await writeFile(table, rows)

  t.match(
    await runLikeness(
      { LIKENESS_SERVICE: 'media', ...settingsOf('MEDIA', target), ACCOUNTS_URL: undefined },
      ...['restore', '--from', copy],
    ),
    { status: 1, stderr: /backup is of accounts and media, and this is media without accounts/ },
  )

  const manifest = join(copy, name, 'manifest.json')
  const text = await readFile(manifest, 'utf8')
  await writeFile(manifest, text.replaceAll(/"\d{8}T\d{4}-first"/g, '"20300101T0000-later"'))
  t.match(await restore(copy), { status: 1, stderr: /has the schema of Likeness .+20300101T0000-later/ })
  await writeFile(manifest, text.slice(0, 100))
  t.match(await restore(copy), { status: 1, stderr: /manifest.json is damaged/ })
  await rm(manifest)
  t.match(await restore(join(copy, name)), { status: 1, stderr: /was not finished/ })
  await writeFile(manifest, text)

  const list = join(copy, name, 'files.ndjson.gz')
  const { bytes: size, sha256 } = (JSON.parse(text) as { files: { bytes: number; sha256: string } }).files
  const listed = await readFile(list)
  const strange = gzipSync('{"key":"uploads/../../secrets.json","bytes":1,"sha256":""}\n')
  await writeFile(list, strange)
  await writeFile(
    manifest,
    text.replace(sha256, sha256Of(strange)).replace(`"bytes": ${size},`, `"bytes": ${strange.length},`),
  )
  t.match(await restore(copy), { status: 1, stderr: /names files that are not ours/ })
  await writeFile(list, listed)
  await writeFile(manifest, text)
  const nowhere = new URL(target.MEDIA_DATABASE_URL ?? '')
  nowhere.pathname = '/no_such_database'
  t.match(await runLikeness({ ...target, MEDIA_DATABASE_URL: nowhere.href }, 'restore', '--from', copy), {
    ...{ status: 1, stderr: /^The database refused: .*no_such_database.*\n$/ },
  })

  await writeFile(join(storage, 'stranger'), 'x')
  t.match(await restore(copy), { status: 1, stderr: /storage is not empty .stranger/ })
  await rm(join(storage, 'stranger'))

  const whole = await restore(copy, '--dry-run', '--json')
  t.match(whole, { status: 0, stdout: /"copied":0/ }, whole.stderr)
  await run('chmod', ['-R', 'a-w', copy])
  t.match(json(await runLikeness({}, 'restore', '--from', copy, '--verify', '--json')), { files: Number })
  await run('chmod', ['-R', 'u+w', copy])
  t.strictSame(await keysIn(pathToFileURL(storage).href), [])
})

await t.test('services on a restored copy serve the same, and go on', async (t) => {
  for (const action of ['seal', 'seal']) await runLikeness(env, 'audit', action)
  const seals = (await runLikeness(env, 'audit', 'seal', '--last')).stdout
  const sealFile = join(await folder(t, 'seals'), 'seals.ndjson')
  await writeFile(sealFile, seals)
  t.equal(listed.status, 200)
  t.equal(seals.trim().split('\n').length, 2)
  t.equal((await runLikeness(env, 'backup', '--to', backups)).status, 0)

  const target = await emptyTarget(t, env, pathToFileURL(await folder(t, 'storage')).href)
  const restored = await runLikeness(target, 'restore', '--from', backups, '--json')
  t.equal(restored.status, 0, restored.stderr)
  t.ok(Number(json(restored).copied) > 20)
  t.match(
    json(await runLikeness(target, 'restore', '--from', backups, '--json')),
    { copied: 0 },
    'once is enough',
  )
  const told = await runLikeness(target, 'audit', 'export', '--from', String(json(restored).takenAt))
  const restorations = told.stdout.split('\n').filter((line) => line.includes('"name":"backup-restored"'))
  t.match(
    restorations.map((line) => JSON.parse(line) as object),
    ['accounts', 'media'].map((service) => ({
      ...{ service, actorKind: 'upkeep' },
      details: { takenAt: json(restored).takenAt, startedBy: 'cli', osUser: String },
    })),
    'once in each',
  )
  t.equal(restorations.length, 2)
  for (const against of [[], ['--against', sealFile]])
    t.match(await runLikeness(target, 'audit', 'verify', ...against), { status: 0 })
  const trails = [env, target].map((one) =>
    runLikeness(one, 'audit', 'export', '--to', String(json(restored).takenAt)),
  )
  const [trail, restoredTrail] = (await Promise.all(trails)).map(({ stdout }) => stdout)
  t.match(trail, /history-listed/)
  t.equal(restoredTrail, trail)
  // All that rows name is there, and nothing else.
  const again = await folder(t, 'again')
  t.match(json(await runLikeness(target, 'backup', '--to', again, '--json')), {
    ...{ gone: 0, missing: 0, files: json(restored).files },
  })

  const users = await startProcess(t, 'accounts', settingsOf('ACCOUNTS', target))
  const pictures = { ...settingsOf('MEDIA', target), ACCOUNTS_URL: users.url }
  const server = await startProcess(t, 'media', pictures)
  await startProcess(t, 'media-worker', pictures)
  t.strictSame(await bytesOf(server.url, address), picture, 'byte for byte')
  t.strictSame(await keysIn(target.MEDIA_STORAGE_URL ?? ''), await keysIn(media.env.STORAGE_URL))

  const session = await openCalls(users.url).call(sessions.logIn, {
    body: { login: ada.user.username, password: goodPassword },
  })
  t.equal(session.status, 201)
  const token = session.body.accessToken
  const asAda = openCalls(server.url, { token })
  const found = (await asAda.call(uploads.read, { params: { id: waiting.id } })).body
  t.equal(
    (
      await fetch(
        server.url + new URL(found.previewUrl ?? '').pathname + new URL(found.previewUrl ?? '').search,
      )
    ).status,
    200,
  )
  const published = await confirm(asAda, waiting.id)
  const profile = await waitFor(
    async () => {
      const { avatar } = (await openCalls(users.url, { token }).call(me.read)).body
      return avatar?.version === published.avatar?.version && avatar
    },
    { for: 'the profile' },
  )
  t.ok((profile.version ?? 0) > 1_000_000, 'no version is given twice')
  t.equal((await bytesOf(server.url, published.avatar?.urls['64']?.webp ?? '')).length > 0, true)
  const bensPicture = await fetch(`${server.url}/v1/avatars/${ben.user.id}?default=none`)
  t.not(bensPicture.status, 200, 'withdrawn stays withdrawn')
  t.equal((await runLikeness(target, 'audit', 'seal')).status, 0)
  t.match(await runLikeness(target, 'audit', 'verify', '--against', sealFile), { status: 0 })
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from uploads`.execute(media.deps.db)
  t.ok((rows[0]?.n ?? 0) > 5)
})
