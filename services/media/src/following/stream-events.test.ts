import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { addressOf } from '@likeness/contracts'
import { uploads } from '@likeness/contracts/endpoints'
import { newId } from '@likeness/runtime/ids'
import { noRedis, openCalls, waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { theWorker } from '../database/actor.js'
import { discardPending } from '../database/upload-transitions.js'
import { openEvents, readEvents } from '../testing/event-stream.js'
import { form, jpeg, quarters } from '../testing/pictures.js'
import { startMedia } from '../testing/start-media.js'
import { andWait, publish, upload } from '../testing/steps.js'
import { expireUploads } from '../upkeep/expire-uploads.js'

const names = (events: readonly { name: string }[]) => events.map((event) => event.name)

for (const queue of ['postgres', 'redis'] as const) {
  t.test(`the whole life of an upload, ${queue}`, { skip: queue === 'redis' && noRedis }, async (t) => {
    const media = await startMedia(t, { queue })
    const other = await media.serve()
    const ana = await media.person()
    const { id } = await upload(ana)
    const here = await openEvents(media.url, id, ana.authorization)
    const there = readEvents(other.url, id, ana.authorization)
    t.match(Object.fromEntries(here.response.headers), {
      'content-type': /^text\/event-stream/,
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    })
    const next = async () => (await here.events.next()).value
    t.match(await next(), { name: 'pending', upload: { id, status: 'pending', previewUrl: null } })
    await media.work()
    t.match(await next(), { name: 'preview', upload: { status: 'pending', previewUrl: /preview\?expires=/ } })
    await ana.call(uploads.confirm, { params: { id } })
    t.match(await next(), { name: 'confirmed', upload: { isConfirmed: true } })
    t.match(await next(), { name: 'published', upload: { status: 'published', avatar: { version: 1 } } })
    t.equal(await next(), undefined, 'the stream ends by itself')

    const { events } = await there
    t.strictSame(names(events), ['pending', 'preview', 'confirmed', 'published'], 'in another process too')
    for (const [index, { id: lastEventId }] of events.entries()) {
      const resumed = await readEvents(other.url, id, ana.authorization, { lastEventId })
      t.strictSame(
        resumed.events.map((event) => event.id),
        events.slice(index + 1).map((event) => event.id),
        'exactly what was missed',
      )
      t.equal(resumed.status, index === events.length - 1 ? 204 : 200)
    }
    const again = await readEvents(media.url, id, ana.authorization, { lastEventId: '' })
    t.strictSame(names(again.events), names(events), 'an empty Last-Event-ID is none')
  })
}

t.test('the ways a stream ends', async (t) => {
  const media = await startMedia(t)
  const ana = await media.person()
  const follow = (id: string) => readEvents(media.url, id, ana.authorization)

  const discarded = await upload(ana)
  const unheard = await upload(ana)
  const expired = await upload(ana)
  const whole = await quarters(600, 600).png().toBuffer()
  const broken = await upload(ana, whole.subarray(0, whole.length / 2))
  const following = Promise.all([discarded, unheard, expired, broken].map(({ id }) => follow(id)))
  await ana.call(uploads.remove, { params: { id: discarded.id } })
  await discardPending(media.deps.db, { user_id: ana.id, id: unheard.id }, theWorker)
  await sql`update uploads set expires_at = now() where id = ${expired.id}`.execute(media.deps.db)
  await expireUploads(media.deps, { dryRun: false })
  await media.work()
  const ends = await following
  t.strictSame(
    ends.map(({ events }) => names(events)),
    [
      ['pending', 'discarded'],
      ['pending', 'discarded'],
      ['pending', 'expired'],
      ['pending', 'failed'],
    ],
    'the second although nobody was told',
  )
  t.match(ends[3]?.events[1]?.upload, { status: 'rejected', failure: { code: 'invalid-image' } })

  const first = await publish(ana)
  const second = await publish(ana)
  const { events } = await follow(first.id)
  // Confirmed at once, it may be before its preview was made.
  t.strictSame(names(events).toSorted(), ['confirmed', 'pending', 'preview', 'published', 'superseded'])
  await andWait(ana, uploads.restore, first.id)
  const lastEventId = events.at(-1)?.id ?? ''
  const restored = await readEvents(media.url, first.id, ana.authorization, { lastEventId })
  t.strictSame(names(restored.events), ['confirmed', 'published'], 'restored')
  t.strictSame((await follow(second.id)).events.at(-1)?.name, 'superseded')
  await ana.call(uploads.remove, { params: { id: second.id } })
  t.equal((await follow(second.id)).status, 404, 'erased')
})

t.test('managers and owners may follow, and refusals come before the stream begins', async (t) => {
  const media = await startMedia(t)
  const [ana, ben, max] = [await media.person(), await media.person(), await media.person('manager')]
  const { id } = await upload(ana)
  const path = addressOf(uploads.follow, { params: { id } })
  t.match(await ben.send('GET', path), { status: 404, body: { code: 'upload-not-found' } })
  t.match(await ana.call(uploads.follow, { params: { id: newId() } }), { status: 404 })
  t.match(await ana.call(uploads.follow, { params: { id: '1' } }), { status: 400 })
  const anonymous = await fetch(`${media.url}${path}`)
  t.equal(anonymous.status, 401)
  t.match(anonymous.headers.get('content-type'), /problem\+json/)
  for (const wrong of ['x', '-1', '1.5', '1'.repeat(16)]) {
    const refused = await ana.send('GET', path, { headers: { 'last-event-id': wrong } })
    t.match(refused, {
      status: 400,
      body: { code: 'validation-failed', errors: [{ path: 'last-event-id' }] },
    })
  }
  const leaving = new AbortController()
  const { events } = await openEvents(media.url, id, max.authorization, { signal: leaving.signal })
  t.match((await events.next()).value, { name: 'pending', upload: { userId: ana.id } }, 'a manager may')
  leaving.abort()
  t.equal((await ana.send('HEAD', path)).status, 200, 'HEAD waits for nothing')
})

t.test('a stream ends with the token, and with the session', async (t) => {
  const media = await startMedia(t)
  const ana = await media.person()
  const { id } = await upload(ana)
  const sid = newId()
  const bearer = async (claims: Record<string, unknown>) =>
    `Bearer ${await media.token(ana.id, 'user', { claims })}`
  // A token that expired before it was checked is refused, and another is tried.
  const expiring = await waitFor(async () => {
    const soon = Math.floor(Date.now() / 1000) + 2
    const followed = await readEvents(media.url, id, await bearer({ exp: soon }))
    return followed.status === 200 && followed
  })
  t.strictSame(names(expiring.events), ['pending'])
  const { events } = await openEvents(media.url, id, await bearer({ sid }))
  t.match((await events.next()).value, { name: 'pending' })
  media.accounts.ended = [sid]
  t.strictSame(await events.next(), { done: true, value: undefined })
})

t.test('a client that leaves leaves nothing behind', async (t) => {
  const media = await startMedia(t)
  const ana = await media.person()
  const [{ id }, confirmed] = [await upload(ana), await upload(ana)]
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
  const [many, noise, before] = [20, 10, timers()]

  const leaving = new AbortController()
  const { signal } = leaving
  const opening = Array.from({ length: many }, async () => {
    const { events } = await openEvents(media.url, id, ana.authorization, { signal })
    await events.next()
    return events
  })
  const streams = (await Promise.all(opening)).map((events) => events.next().catch(() => undefined))
  const waits = Array.from({ length: many }, () =>
    fetch(`${media.url}${addressOf(uploads.confirm, { params: { id: confirmed.id } })}`, {
      method: 'POST',
      headers: { authorization: ana.authorization, prefer: 'wait=30' },
      signal,
    }).catch(() => undefined),
  )
  // Each has two: one for its latest end, one for the next look.
  await waitFor(() => timers() >= before + 4 * many - noise, { for: 'all to wait' })
  leaving.abort()
  await Promise.all([...streams, ...waits])
  await waitFor(() => timers() <= before + noise, { for: 'nothing to be left' })

  const opened = await Promise.all(
    Array.from({ length: 21 }, () => openEvents(media.url, id, ana.authorization)),
  )
  const refused = opened.filter(({ response }) => response.status !== 200)
  t.strictSame(
    refused.map(({ response }) => [response.status, response.headers.get('retry-after')]),
    [[429, '5']],
    'a person has as many streams again, and no more',
  )
  const ben = await media.person('manager')
  t.equal((await openEvents(media.url, id, ben.authorization)).response.status, 200, 'another has their own')
})

t.test('closing the process ends streams and waits', async (t) => {
  const media = await startMedia(t)
  const { app, url } = await media.serve()
  const ana = await media.person()
  const [{ id }, confirmed] = [await upload(ana), await upload(ana)]
  const { events } = await openEvents(url, id, ana.authorization)
  t.match((await events.next()).value, { name: 'pending' })
  const token = ana.authorization.replace('Bearer ', '')
  const wait = openCalls(url, { token }).call(uploads.confirm, {
    params: { id: confirmed.id },
    headers: { prefer: 'wait=30' },
  })
  await waitFor(async () => {
    const { body } = await ana.call(uploads.read, { params: { id: confirmed.id } })
    return body.status === 'confirmed'
  })
  let closed = false
  void app.close().then(() => {
    closed = true
  })
  t.strictSame(await events.next(), { done: true, value: undefined }, 'ended, not broken off')
  t.equal((await wait).status, 202)
  await waitFor(() => closed, { for: 'the server to close' })
})

t.test('a client that does not read holds no memory', async (t) => {
  const media = await startMedia(t)
  const { app, url } = await media.serve()
  const ana = await media.person()
  const { id } = await upload(ana)
  await sql`
    insert into upload_events (user_id, upload_id, type)
    select ${ana.id}, ${id}, 'prepared' from generate_series(1, 30000)`.execute(media.deps.db)
  const connected: Promise<[Socket]> = once(app.server, 'connection') as Promise<[Socket]>
  const client = connect(Number(new URL(url).port), '127.0.0.1')
  client.write(
    `GET ${addressOf(uploads.follow, { params: { id } })} HTTP/1.1\r\nHost: x\r\nAuthorization: ${ana.authorization}\r\n\r\n`,
  )
  client.pause()
  const [socket] = await connected
  const sent: number[] = []
  const isFull = () => sent.push(socket.bytesWritten) > 10 && sent.at(-1) === sent.at(-10)
  await waitFor(isFull, { for: 'the connection to be full', everyMs: 50 })
  t.ok(socket.writableLength < 1_000_000, `${socket.writableLength} bytes wait`)
  await app.close()
  t.ok(socket.destroyed, 'it does not keep the process from closing')
  client.destroy()
})

t.test('uploading and following at once: the first event is never missed', async (t) => {
  const media = await startMedia(t, { config: { RECEIVING_PER_USER: '5' } })
  await media.work()
  const ana = await media.person()
  const bytes = await jpeg()
  const lives = Array.from({ length: 5 }, async () => {
    const { body } = await ana.call(uploads.create, { body: form(bytes) })
    const [{ events }] = await Promise.all([
      readEvents(media.url, body.id, ana.authorization),
      ana.call(uploads.confirm, { params: { id: body.id } }),
    ])
    return names(events)
  })
  for (const life of await Promise.all(lives)) {
    t.equal(life[0], 'pending')
    t.ok(life.includes('preview') && life.includes('confirmed') && life.includes('published'), life.join())
  }
})
