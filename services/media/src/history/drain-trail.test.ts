import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { uploads } from '@likeness/contracts/endpoints'
import { sealTrail } from '@likeness/runtime/trail/seal-trail'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { trailTables } from '../database/upload-events.trail.js'
import { startMedia } from '../testing/start-media.js'
import { eventsOf, publish, upload } from '../testing/steps.js'
import { drainTrail } from './drain-trail.js'

type Line = {
  class_uid: number
  type_uid: number
  time: number
  message: string
  metadata: { uid: string; sequence: number; log_name: string }
  actor: { user?: { uid: string } }
  entity: { uid: string }
}
const linesOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)

/** An endpoint that answers as it is told, and keeps what it took. */
async function openCollector(t: Test) {
  const collector = { status: 200, taken: '', names: [] as string[], tokens: [] as string[] }
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (part: string) => {
      body += part
    })
    request.on('end', () => {
      if (collector.status === 200) {
        collector.taken += body
        collector.names.push(String(request.headers['idempotency-key']))
        collector.tokens.push(String(request.headers.authorization))
      }
      response.writeHead(collector.status, collector.status === 302 ? { location: '/elsewhere' } : {}).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return Object.assign(collector, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/drain` })
}

t.test(
  'sealed events leave once they are sealed, in order, and again only if that may be lost',
  async (t) => {
    const media = await startMedia(t)
    await media.work()
    const [ana, max] = [await media.person(), await media.person('manager')]
    const first = await publish(ana)
    await max.call(uploads.read, { params: { id: first.id } })
    const collector = await openCollector(t)
    const drain = async (dryRun = false) =>
      drainTrail(
        await media.upkeep({ AUDIT_DRAIN_URL: collector.url, AUDIT_DRAIN_TOKEN: 'a token of the collector' }),
        { dryRun },
      )
    t.match(await drainTrail(media.deps, { dryRun: false }), { drained: 0 }, 'off unless it is configured')
    t.match(await drain(), { drained: 0 }, 'nothing is sealed')
    await sealTrail(media.deps.db, trailTables, { dryRun: false })

    collector.status = 500
    for (let tries = 0; tries < 3; tries += 1) await t.rejects(drain(), { name: 'SinkAwayError' })
    collector.status = 302
    await t.rejects(drain(), { name: 'SinkAwayError' }, 'a redirect is not followed')
    collector.status = 200
    const { drained } = await drain(true)
    t.equal(collector.taken, '', 'a dry run sends nothing')
    t.match(await drain(), { drained })
    t.match(await drain(), { drained: 0 })
    const lines = linesOf(collector.taken)
    t.equal(lines.length, drained)
    t.ok(collector.tokens.every((token) => token === 'Bearer a token of the collector'))

    const ofUpload = lines.filter(({ metadata }) => metadata.log_name === 'upload_events')
    t.strictSame(
      ofUpload.map(({ message }) => message),
      await eventsOf(media, first.id),
    )
    t.match(
      ofUpload.map(({ type_uid }) => type_uid),
      [300_401, 300_403, 300_403, 300_403, 300_403],
    )
    t.match(ofUpload[0], { actor: { user: { uid: ana.id } }, entity: { type: 'upload', uid: first.id } })
    t.match(
      lines.find(({ message }) => message === 'upload-read'),
      { type_uid: 300_402, actor: { user: { uid: max.id } }, entity: { uid: first.id }, status: 'Success' },
    )

    // The collector took a batch, and the process died before it noted that.
    await sql`update drained set last_seq = last_seq - 2 where source = 'upload_events'`.execute(
      media.deps.db,
    )
    await upload(ana)
    await sealTrail(media.deps.db, trailTables, { dryRun: false })
    await drain()
    const uids = linesOf(collector.taken).map(({ metadata }) => metadata.uid)
    t.equal(uids.length - new Set(uids).size, 2, 'those come again, under the same name')
  },
)

t.test('a file grows by whole lines', async (t) => {
  const media = await startMedia(t)
  const ana = await media.person()
  const folder = await mkdtemp(join(tmpdir(), 'likeness-drain-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'audit.ndjson')
  const deps = await media.upkeep({ AUDIT_DRAIN_URL: pathToFileURL(file).href })
  await upload(ana)
  await sealTrail(media.deps.db, trailTables, { dryRun: false })
  await drainTrail(deps, { dryRun: false })
  const before = await readFile(file, 'utf8')
  t.match(linesOf(before), [{ message: 'uploaded' }])
  // A process that was killed left a part of a line.
  await writeFile(file, `${before}{"category_uid":3,"cat`)
  await upload(ana)
  await sealTrail(media.deps.db, trailTables, { dryRun: false })
  await drainTrail(deps, { dryRun: false })
  t.match(linesOf(await readFile(file, 'utf8')), [{ message: 'uploaded' }, { message: 'uploaded' }])

  const away = await media.upkeep({ AUDIT_DRAIN_URL: pathToFileURL(join(folder, 'no', 'folder')).href })
  await upload(ana)
  await sealTrail(media.deps.db, trailTables, { dryRun: false })
  await t.rejects(drainTrail(away, { dryRun: false }), { name: 'SinkAwayError' })
  t.match(await drainTrail(deps, { dryRun: false }), { drained: 1 }, 'it was not lost')
})
