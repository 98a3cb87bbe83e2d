import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { history, serviceKeys, uploads } from '@likeness/contracts/endpoints'
import { startMedia } from '@likeness/media/testing'
import { waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { bmp } from './testing/bmp.js'
import { json, runLikeness as likeness, prefixed } from './testing/run-likeness.js'

/** A product's server, which keeps the ids of the events it was told. */
async function startReceiver() {
  const told: string[] = []
  const receiver = { told, status: 204, url: '' }
  const server = createServer((request, response) => {
    told.push(String(request.headers['webhook-id']))
    response.writeHead(receiver.status).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`
  return receiver
}

t.test('webhooks, on the machine and from afar with a key', async (t) => {
  const config = { OUTBOUND_ALLOW: '127.0.0.1', UPKEEP_SCHEDULE: 'off' }
  const media = await startMedia(t, { config })
  await media.work()
  const admin = await media.person('admin')
  const ana = await media.person()
  const scopes = ['webhooks:manage'] as const
  const { key } = (await admin.call(serviceKeys.create, { body: { name: 'hooks', scopes: [...scopes] } }))
    .body
  const here = prefixed('MEDIA', media.env)
  const afar = { LIKENESS_URL: media.url, LIKENESS_TOKEN: key }

  const happen = async () => {
    const body = new FormData()
    body.append('image', new Blob([bmp()]), 'grey.bmp')
    await ana.call(uploads.create, { body, query: { replace: 'oldest' } })
    t.equal((await likeness(here, 'tell-webhooks')).status, 0)
  }
  for (const [where, env] of Object.entries({ here, afar })) {
    const receiver = await startReceiver()
    const run = async (...args: string[]) => {
      const ran = await likeness(env, ...args, '--json')
      t.equal(ran.status, 0, `${where} ${args.join(' ')} ${ran.stderr}`)
      return json(ran)
    }
    const typed = ['webhooks', 'create', receiver.url, '--events', 'upload.staged, avatar.published']
    const made = await run(...typed, '--description', 'the shop')
    t.match(made, { url: receiver.url, events: ['upload.staged', 'avatar.published'], secret: /^whsec_/ })
    const id = String(made.id)

    await happen()
    const [delivered] = await waitFor(async () => {
      const { deliveries } = await run('webhooks', 'deliveries', id, '--state', 'delivered')
      return (deliveries as { id: string }[]).length === 1 && (deliveries as { id: string }[])
    })
    t.strictSame(receiver.told, [delivered?.id])
    t.strictSame(await run('webhooks', 'replay', id, '--event', delivered?.id ?? ''), { replayed: 1 })
    await waitFor(() => receiver.told.length === 2, { for: 'the replay' })
    t.equal(receiver.told[1], delivered?.id)

    t.match(await run('webhooks', 'disable', id), { id, state: 'disabled' })
    const range = ['--from', '2026-01-01T00:00:00Z', '--state', 'delivered']
    t.match(await likeness(env, 'webhooks', 'replay', id, ...range), { status: 1, stderr: /disabled/ })
    await happen()
    t.match(await run('webhooks', 'enable', id), { state: 'enabled', waiting: 0 })
    t.equal(receiver.told.length, 2, 'nothing is kept for one that is disabled')

    const rotated = await run('webhooks', 'rotate', id)
    t.match(rotated, { id, secret: /^whsec_/, publicKey: /^whpk_/ })
    t.not(rotated.secret, made.secret)
    const [listed] = (await run('webhooks', 'list')).webhooks as { publicKeys: string[] }[]
    t.equal(listed?.publicKeys.length, 2)
    await sql`update webhook_endpoints set state = 'paused', reason = 'failing' where id = ${id}`.execute(
      media.deps.db,
    )
    t.match(await likeness(env, 'webhooks', 'list'), { status: 3, stdout: /paused since .* \(failing\)/ })

    t.match(await likeness(env, 'webhooks', 'remove', id), { status: 2, stderr: /--yes/ })
    t.match(await run('webhooks', 'remove', id, '--yes'), { id, removed: true })
    t.match(await run('webhooks', 'list'), { webhooks: [] })
    t.match(await likeness(env, 'webhooks', 'rotate', id), { status: 1, stderr: /webhook/i })
    const inward = await likeness(env, 'webhooks', 'create', 'https://10.0.0.1/')
    t.match(inward, { stderr: /url .*(public|internet)/ })
    t.not(inward.status, 0)
  }
  t.match(await likeness(here, 'webhooks', 'create', 'nonsense'), { status: 2, stderr: /url must be/ })
  t.match(await likeness(here, 'webhooks', 'replay', '42'), { status: 2 })

  const { body } = await admin.call(history.listAudit, { query: { action: 'webhook-added' } })
  t.match(body.items, [
    { actorKind: 'key', actorRole: 'admin' },
    { actorKind: 'upkeep', actorId: null, details: { startedBy: 'cli', osUser: String } },
  ])
})
