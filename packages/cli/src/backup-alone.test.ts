import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { history } from '@likeness/contracts/endpoints'
import { startMedia } from '@likeness/media/testing'
import { openCalls, startIssuer, startProcess, testDatabase } from '@likeness/test-kit'
import t, { type Test } from 'tap'
import { json, prefixed, runLikeness } from './testing/run-likeness.js'
import { confirm, upload } from './testing/start-both.js'

async function folder(t: Test): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'likeness-alone-'))
  t.teardown(() => rm(path, { recursive: true, force: true }))
  return path
}
const emptyDatabase = () => testDatabase(t, { name: 'empty', migrate: async () => undefined })

const issuer = await startIssuer(t)
const login = {
  ...{ alias: 'shop', issuer: issuer.url, audience: ['product'] },
  ...{ claims: { roles: ['role'] }, roles: { manager: ['desk'] } },
}
const media = await startMedia(t, {
  config: { ACCOUNTS_URL: '', ISSUERS: JSON.stringify([login]), UPKEEP_SCHEDULE: 'off' },
})
await media.work()
const ana = openCalls(media.url, { token: await issuer.token({ sub: 'ana' }) })
const live = await confirm(ana, (await upload(ana, 10)).id)
const address = new URL(live.avatar?.urls['256']?.webp ?? '').pathname
const env = { ...media.env, LIKENESS_SERVICE: 'media' }
const backups = await folder(t)

await t.test('media without accounts is backed up, restored and served', async (t) => {
  const taken = await runLikeness(env, 'backup', '--to', backups, '--json')
  t.equal(taken.status, 0, taken.stderr)
  t.match(json(taken), { services: ['media'], missing: 0 })
  const [name = ''] = (await readdir(backups)).filter((one) => one !== 'files')
  t.match(JSON.parse(await readFile(join(backups, name, 'manifest.json'), 'utf8')), {
    accounts: null,
    media: { tables: Array },
  })
  t.match(json(await runLikeness({}, 'restore', '--from', backups, '--verify', '--json')), {
    services: ['media'],
  })

  const database = await emptyDatabase()
  const target = {
    ...env,
    ...{ DATABASE_URL: database, QUEUE_URL: database, STORAGE_URL: pathToFileURL(await folder(t)).href },
  }
  const restored = await runLikeness(target, 'restore', '--from', backups, '--json')
  t.equal(restored.status, 0, restored.stderr)
  t.match(json(restored), { services: ['media'], rows: json(taken).rows, files: json(taken).files })
  const { PORT: _, LIKENESS_SERVICE: __, ...settings } = target
  const server = await startProcess(t, 'media', settings)
  const bytesAt = async (origin: string) => Buffer.from(await (await fetch(origin + address)).arrayBuffer())
  t.strictSame(await bytesAt(server.url), await bytesAt(media.url), 'byte for byte')
  const manager = openCalls(server.url, { token: await issuer.token({ sub: 'max', role: 'desk' }) })
  t.match((await manager.call(history.list, {})).body.items, [{ id: live.id, status: 'published' }])
})

await t.test('a backup and a deployment of other services are refused, and nothing is written', async (t) => {
  const [one, other] = [await emptyDatabase(), await emptyDatabase()]
  const storage = await folder(t)
  const both = {
    ...prefixed('ACCOUNTS', { DATABASE_URL: one }),
    ...prefixed('MEDIA', { DATABASE_URL: other, STORAGE_URL: pathToFileURL(storage).href }),
  }
  t.match(await runLikeness(both, 'restore', '--from', backups), {
    status: 1,
    stderr: /backup is of media without accounts.*--service media/,
  })
  // Its folder for what arrives is made when it is opened.
  t.strictSame(await readdir(storage), ['.incoming'])

  // Where media works with accounts, half a backup would be worth nothing.
  for (const command of [
    ['backup', '--to', join(backups, 'half')],
    ['restore', '--from', backups],
  ]) {
    t.match(await runLikeness({ ...env, ACCOUNTS_URL: 'http://127.0.0.1:1' }, ...command), {
      status: 2,
      stderr: /media works with accounts \(ACCOUNTS_URL\)/,
    })
    t.match(await runLikeness({ ...both, LIKENESS_SERVICE: 'accounts' }, ...command), {
      status: 2,
      stderr: /only beside media/,
    })
  }
  t.notOk((await readdir(backups)).includes('half'))
})
