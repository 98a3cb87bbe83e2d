import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { uploads } from '@likeness/contracts/endpoints'
import t from 'tap'
import { json, runLikeness as likeness } from './testing/run-likeness.js'
import { startBoth, upload } from './testing/start-both.js'

t.test('the trail of both services as NDJSON and CSV, here and of a deployment', async (t) => {
  const both = await startBoth(t)
  const owner = await both.join()
  const { id } = await upload(owner, 10)
  const { accessToken: manager, call } = await both.joinAsManager()
  await Promise.all(Array.from({ length: 120 }, () => call(uploads.read, { params: { id } })))
  const linesOf = ({ stdout }: { stdout: string }) =>
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)

  const all = await likeness(both.env, 'audit', 'export')
  t.equal(all.status, 0, all.stderr)
  const events = linesOf(all)
  const end = events.pop()
  t.strictSame(end, { complete: true, rows: events.length })
  t.match(
    events.filter(({ source }) => source === 'activities').map(({ name }) => name),
    ['registered', 'login'],
  )
  const ofUpload = events.filter(({ source }) => source === 'upload_events')
  t.match(ofUpload[0], { service: 'media', name: 'uploaded', uploadId: id, userId: owner.user.id })
  const readings = events.filter(({ name }) => name === 'upload-read')
  t.equal(readings.length, 120)
  t.match(readings[0], {
    service: 'media',
    source: 'audit_events',
    actorRole: 'manager',
    userId: owner.user.id,
  })

  // Exporting is an event of each service, which the export has.
  const exported = { actorKind: 'upkeep', details: { startedBy: 'cli', osUser: String } }
  t.match(
    events.filter(({ name }) => name === 'audit-read'),
    ['accounts', 'media'].map((service) => ({ service, ...exported })),
  )

  // A range ends before its second time.
  const { at } = readings[60] ?? {}
  const [before, after] = await Promise.all(
    ['--to', '--from'].map((end) =>
      likeness(both.env, 'audit', 'export', end, String(at), '--service', 'media'),
    ),
  )
  const split = [before, after].map((ran) => linesOf(ran as never).slice(0, -1))
  const ofMedia = events.filter(({ service }) => service === 'media').length
  const reads = (list: Record<string, unknown>[] = []) => list.filter(({ name }) => name === 'audit-read')
  const whole = (split[0]?.length ?? 0) + (split[1]?.length ?? 0)
  t.equal(whole - reads(split[1]).length, ofMedia - reads(events).length / 2)
  t.ok(split[0]?.every((event) => String(event.at) < String(at)))
  t.match(await likeness(both.env, 'audit', 'export', '--from', 'yesterday'), {
    status: 2,
    stderr: /from must be/,
  })

  const folder = await mkdtemp(join(tmpdir(), 'likeness-export-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'trail.csv')
  const csv = await likeness(both.env, 'audit', 'export', '--as', 'csv', '--out', file, '--json')
  // With the events of the exports since, and its own.
  const rows = events.length + 4
  t.match(json(csv), { rows })
  const records = (await readFile(file, 'utf8')).trimEnd().split('\r\n')
  t.equal(records.length, rows + 2)
  t.match(records.at(-1), new RegExp(`^complete,${rows},`))
  t.equal((await stat(file)).mode & 0o777, 0o600)

  const asked = { LIKENESS_URL: both.media.url, LIKENESS_TOKEN: manager, LIKENESS_SERVICE: 'media' }
  const pages = linesOf(await likeness(asked, 'audit', 'export'))
  t.equal(pages.filter(({ name }) => name === 'upload-read').length, 120, 'more than a page')
  t.match(pages.at(-1), { complete: true })
  const user = { ...asked, LIKENESS_TOKEN: owner.accessToken }
  t.match(await likeness(user, 'audit', 'export'), { status: 1, stdout: '', stderr: /You may not do this/ })

  // A deployment that goes away after a page.
  let pagesAsked = 0
  const half = createServer((request, response) => {
    pagesAsked += 1
    if (pagesAsked > 1) return void request.socket.destroy()
    void fetch(`${both.media.url}${request.url}`, { headers: { authorization: `Bearer ${manager}` } })
      .then((page) => page.text())
      .then((text) => response.writeHead(200, { 'content-type': 'application/json' }).end(text))
  })
  await new Promise<void>((resolve) => half.listen(0, '127.0.0.1', resolve))
  t.teardown(() => half.close())
  const port = (half.address() as AddressInfo).port
  const broken = await likeness({ ...asked, LIKENESS_URL: `http://127.0.0.1:${port}` }, 'audit', 'export')
  t.match(broken, { status: 3, stderr: /broke off/ })
  t.strictSame(linesOf(broken).at(-1), { complete: false, rows: 100 })
})
