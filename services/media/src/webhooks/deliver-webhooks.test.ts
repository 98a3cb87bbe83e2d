import { history, stats, webhooks } from '@likeness/contracts/endpoints'
import { waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { startMedia } from '../testing/start-media.js'
import { isSignedBy, isSignedWith, startReceiver } from '../testing/start-receiver.js'
import { upload } from '../testing/steps.js'
import { deliverWebhooks } from './deliver-webhooks.job.js'
import { tellWebhooks } from './tell-webhooks.js'

/** Media whose deliveries are sent when the test says so, and a receiver. */
async function startWith(t: Test) {
  const media = await startMedia(t, { config: { OUTBOUND_ALLOW: '127.0.0.1', UPKEEP_SCHEDULE: 'off' } })
  const { db } = media.deps
  const receiver = await startReceiver(t)
  const admin = await media.person('admin')
  const ana = await media.person()
  const add = async (url: string) => (await admin.call(webhooks.add, { body: { url } })).body
  const added = await add(receiver.url)
  const params = { id: added.id }
  return {
    ...{ media, db, receiver, admin, added, params, add },
    /** Something happens. */
    happen: async () => {
      await upload(ana)
      await tellWebhooks(media.deps, { dryRun: false })
    },
    send: (id = added.id) => deliverWebhooks(media.deps, { endpointId: id }),
    /** Lets the time until the next try pass. */
    pass: () => sql`update webhook_deliveries set next_at = now() where state = 'waiting'`.execute(db),
    read: async (id = added.id) => (await admin.call(webhooks.read, { params: { id } })).body,
    deliveries: async (id = added.id) =>
      (await admin.call(webhooks.deliveries, { params: { id } })).body.items,
  }
}

const secondsTo = (time: string | null | undefined) => (Date.parse(time ?? '') - Date.now()) / 1_000

t.test('what fails is sent again later with the same id, ten times in three days', async (t) => {
  const { receiver, happen, send, pass, read, deliveries } = await startWith(t)
  receiver.answer = (response) => response.writeHead(500).end('out\0 of order')
  await happen()
  const waits = []
  for (let tries = 1; tries < 10; tries += 1) {
    await send()
    const [waiting] = await deliveries()
    t.match(waiting, { state: 'waiting', attempts: tries, last: { status: 500, answer: 'out  of order' } })
    waits.push(secondsTo(waiting?.nextAt))
    await send()
    t.equal(receiver.received.length, tries, 'not before its time')
    await pass()
  }
  const schedule = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]
  for (const [at, wait] of waits.entries()) t.ok(wait <= (schedule[at] ?? 0) * 1.1, `${wait}`)
  t.ok(waits.slice(1).every((wait, at) => wait > (schedule[at + 1] ?? 0) * 0.5))
  await send()
  t.match(await deliveries(), [{ state: 'failed', attempts: 10, nextAt: null }])
  t.match(await read(), { state: 'enabled', waiting: 0, failed: 1, failingSince: String })
  t.equal(new Set(receiver.received.map(({ id }) => id)).size, 1)
})

t.test('Retry-After is obeyed, up to a day; 410 disables', async (t) => {
  const { receiver, admin, params, happen, send, pass, read, deliveries } = await startWith(t)
  const later = new Date(Date.now() + 7_200_000).toUTCString()
  await happen()
  for (const [status, retryAfter, least, most] of [
    [429, '1000', 900, 1_001],
    [503, later, 7_000, 7_201],
    [429, '9999999', 80_000, 86_401],
    [500, '80000', 0, 9_000],
    [503, 'soon', 0, 20_000],
  ] as const) {
    receiver.answer = (response) => response.writeHead(status, { 'retry-after': retryAfter }).end()
    await pass()
    await send()
    const wait = secondsTo((await deliveries())[0]?.nextAt)
    t.ok(wait >= least && wait <= most, `${status} ${retryAfter}: ${wait}`)
  }
  receiver.answer = (response) => response.writeHead(410).end()
  await pass()
  await happen()
  await send()
  t.match(await read(), { state: 'disabled', reason: 'gone' })
  const before = receiver.received.length
  await happen()
  await send()
  t.equal(receiver.received.length, before, 'nothing more is sent')
  t.equal((await deliveries()).length, 2, 'or kept')
  t.match(await admin.call(webhooks.replay, { params, body: { from: '2026-01-01T00:00:00Z' } }), {
    status: 409,
    body: { code: 'webhook-disabled' },
  })
  const { body: audit } = await admin.call(history.listAudit, { query: { action: 'webhook-stopped' } })
  t.equal(audit.items.length, 1, 'although two requests were answered so')
  t.match(audit.items, [{ actorKind: 'upkeep', details: { webhook: params.id, reason: 'gone' } }])

  receiver.answer = (response) => response.writeHead(200).end()
  t.match(await admin.call(webhooks.change, { params, body: { enabled: true } }), {
    body: { state: 'enabled', reason: null, failingSince: null },
  })
  await happen()
  await send()
  t.match((await deliveries())[0], { state: 'delivered' })
})

t.test('redirects are failures, long answers are cut, and what hangs holds up no other', async (t) => {
  const { receiver, happen, send, deliveries, add } = await startWith(t)
  const other = await startReceiver(t)
  const { id } = await add(other.url)
  receiver.answer = (response) => response.writeHead(302, { location: other.url }).end()
  await happen()
  await send()
  t.match(await deliveries(), [{ state: 'waiting', last: { status: 302 } }])
  t.equal(other.received.length, 0)

  other.answer = (response) => response.end('x'.repeat(10_000_000))
  await send(id)
  t.match(await deliveries(id), [{ state: 'delivered', last: { status: 200, answer: 'x'.repeat(1_024) } }])

  receiver.answer = () => undefined
  await happen()
  const hangs = send()
  await waitFor(() => receiver.received.length === 2, { for: 'the request that hangs' })
  other.answer = (response) => response.writeHead(204).end()
  await send(id)
  t.match((await deliveries(id))[0], { state: 'delivered' })
  await hangs
  t.match((await deliveries())[0], { state: 'waiting', last: { status: null, fault: 'timeout' } })
})

t.test('an address that points inward is refused when it is given, and when it is called', async (t) => {
  const { media, admin, params, happen, deliveries, add } = await startWith(t)
  for (const url of [
    'https://10.0.0.1/',
    'https://[::1]/',
    'http://example.org/',
    'https://me:you@example.org/',
  ]) {
    const refused = { status: 400, body: { errors: [{ path: 'url', code: 'not-a-public-url' }] } }
    t.match(await admin.call(webhooks.add, { body: { url } }), refused, url)
    t.match(await admin.call(webhooks.change, { params, body: { url } }), refused, url)
  }
  t.match(await admin.call(webhooks.add, { body: { url: 'nowhere' } }), {
    body: { errors: [{ path: 'url', code: 'not-a-url' }] },
  })
  const inward = await add('https://localhost:1/')
  await happen()
  // A process that allows nothing: the name is known to lead inward once it is resolved.
  await deliverWebhooks(await media.upkeep({ OUTBOUND_ALLOW: '' }), { endpointId: inward.id })
  t.match(await deliveries(inward.id), [
    { state: 'waiting', last: { status: null, fault: 'refused-address', answer: null } },
  ])
})

t.test('a process that dies between sending and noting sends again, with the same id', async (t) => {
  const { db, receiver, happen, send, pass, deliveries } = await startWith(t)
  await happen()
  await sql`alter table webhook_deliveries add constraint dies check (state <> 'delivered')`.execute(db)
  await t.rejects(send())
  t.match(await deliveries(), [{ state: 'waiting', attempts: 1, last: { milliseconds: null } }])
  await sql`alter table webhook_deliveries drop constraint dies`.execute(db)
  await send()
  t.equal(receiver.received.length, 1, 'not while the first may still be under way')
  await pass()
  await Promise.all([send(), send(), send()])
  t.match(await deliveries(), [{ state: 'delivered', attempts: 2 }])
  t.equal(receiver.received.length, 2, 'once, although three processes looked')
  t.equal(receiver.received[0]?.id, receiver.received[1]?.id)
})

t.test('during a rotation both secrets count', async (t) => {
  const { db, receiver, admin, added, params, happen, send, read } = await startWith(t)
  const { body: second } = await admin.call(webhooks.rotateSecret, { params })
  t.ok(secondsTo(second.formerValidUntil) > 86_000)
  t.strictSame((await read()).publicKeys, [second.publicKey, added.publicKeys[0]])
  t.notOk('secret' in (await read()), 'it is shown once')
  await happen()
  await send()
  const signed = () => {
    const one = receiver.received.at(-1)
    if (!one) throw new Error('nothing was received')
    return {
      first: isSignedWith(one, added.secret) && isSignedBy(one, added.publicKeys[0] ?? ''),
      second: isSignedWith(one, second.secret) && isSignedBy(one, second.publicKey),
    }
  }
  t.strictSame(signed(), { first: true, second: true })
  await sql`update webhook_secrets set valid_until = now() where valid_until is not null`.execute(db)
  await happen()
  await send()
  t.strictSame(signed(), { first: false, second: true })
  const rows = await db.selectFrom('webhook_secrets').select('sealed').execute()
  const hidden = Buffer.from(second.secret.slice('whsec_'.length), 'base64')
  t.ok(rows.every(({ sealed }) => !sealed.includes(hidden)))
})

t.test('a replay is signed anew, and says nothing about the endpoint', async (t) => {
  const { media, db, receiver, admin, params, happen, send, read, deliveries } = await startWith(t)
  await happen()
  await happen()
  await send()
  const [newest, oldest] = await deliveries()
  const { body } = await admin.call(webhooks.replay, { params, body: { id: oldest?.id ?? '' } })
  t.strictSame(body, { replayed: 1 })
  receiver.answer = (response) => response.writeHead(500).end()
  await send()
  t.equal(receiver.received.length, 3)
  t.equal(receiver.received.at(-1)?.id, oldest?.id)
  t.match((await deliveries())[1], { state: 'waiting', isReplay: true, last: { status: 500 } })
  t.match(await read(), { failingSince: null })

  const range = { from: '2026-01-01T00:00:00Z', state: 'delivered' } as const
  t.match(await admin.call(webhooks.replay, { params, body: range }), { status: 202, body: { replayed: 1 } })
  receiver.answer = (response) => response.writeHead(200).end()
  await send()
  t.equal(receiver.received.at(-1)?.id, newest?.id)
  t.match(await admin.call(webhooks.replay, { params, body: { id: params.id } }), {
    status: 404,
    body: { code: 'delivery-not-found' },
  })
  t.match(await admin.call(webhooks.replay, { params, body: {} }), {
    body: { errors: [{ path: 'id', code: 'required' }] },
  })
  t.match(await admin.call(webhooks.replay, { params, body: { id: params.id, ...range } }), {
    body: {
      errors: [
        { path: 'from', code: 'not-both' },
        { path: 'state', code: 'not-both' },
      ],
    },
  })

  // An endpoint that fails for three days is paused; what happens is kept for it.
  receiver.answer = (response) => response.writeHead(500).end()
  await happen()
  await send()
  await sql`update webhook_endpoints set failing_since = now() - interval '3 days'`.execute(db)
  await happen()
  await send()
  t.match(await read(), { state: 'paused', reason: 'failing', createdBy: admin.id })
  t.match((await admin.call(stats.read, {})).body.now.webhooks, { enabled: 0, failing: 0, stopped: 1 })
  await happen()
  const before = receiver.received.length
  await send()
  t.equal(receiver.received.length, before)
  receiver.answer = (response) => response.writeHead(200).end()
  await admin.call(webhooks.change, { params, body: { enabled: true } })
  await send()
  t.match((await deliveries())[0], { state: 'delivered' })

  // Who added it is told.
  const told = { userId: admin.id, kind: 'webhook-paused', byMail: true, actor: null }
  await media.work()
  const notice = await waitFor(() => media.accounts.notices.at(-1), { for: 'the notice' })
  t.match(notice, { ...told, uploadIds: [], webhook: { id: params.id, url: receiver.url } })
})

t.test('only administrators manage webhooks; one that is removed is told nothing more', async (t) => {
  const { media, receiver, admin, params, happen, send } = await startWith(t)
  const manager = await media.person('manager')
  t.match(await manager.call(webhooks.list), { status: 403 })
  t.match(await admin.call(webhooks.list), { body: { items: [{ id: params.id }], nextCursor: null } })
  await happen()
  t.match(await admin.call(webhooks.remove, { params }), { status: 204 })
  t.match(await admin.call(webhooks.remove, { params }), { status: 204 })
  await send()
  await happen()
  t.equal(receiver.received.length, 0)
  for (const [endpoint, body] of [
    [webhooks.read, undefined],
    [webhooks.rotateSecret, undefined],
    [webhooks.deliveries, undefined],
    [webhooks.change, { enabled: true }],
    [webhooks.replay, { id: params.id }],
  ] as const) {
    const path = endpoint.path.replace(':id', params.id)
    t.match(await admin.send(endpoint.method, path, { ...(body && { body }) }), {
      status: 404,
      body: { code: 'webhook-not-found' },
    })
  }
})
