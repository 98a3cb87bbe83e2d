import { createHash } from 'node:crypto'
import type { Scope } from '@likeness/contracts'
import {
  failures,
  history,
  people,
  serviceKeys,
  stats,
  upkeep,
  uploads,
  webhooks,
} from '@likeness/contracts/endpoints'
import { type Call, openCalls, startIssuer, waitFor } from '@likeness/test-kit'
import t from 'tap'
import { form, jpeg } from '../testing/pictures.js'
import { type Media, startMedia } from '../testing/start-media.js'

async function keyFor(media: Media, ...scopes: Scope[]) {
  const admin = await media.person('admin')
  const made = await admin.call(serviceKeys.create, { body: { name: 'backend', scopes } })
  t.equal(made.status, 201)
  return { ...made.body, admin, ...openCalls(media.url, { token: made.body.key }) }
}

t.test('a key is made by an administrator, shown once and kept as a hash', async (t) => {
  const media = await startMedia(t)
  const { key, id, admin } = await keyFor(media, 'stats:read', 'history:read')
  t.match(key, /^likeness_key_[\w-]{43}$/)
  const { body } = await admin.call(serviceKeys.list, {})
  t.match(body.items, [
    { id, name: 'backend', scopes: ['stats:read', 'history:read'], createdBy: admin.id, lastUsedAt: null },
  ])
  t.notMatch(JSON.stringify(body), key)
  const [row] = await media.deps.db.selectFrom('service_keys').selectAll().execute()
  t.ok(row?.hash.equals(createHash('sha256').update(key).digest()))
  t.notMatch(JSON.stringify(row), key)
  for (const role of ['manager', 'user'] as const) {
    const other = await media.person(role)
    t.match(await other.call(serviceKeys.list, {}), { status: 403 })
    t.match(await other.call(serviceKeys.create, { body: { name: 'x', scopes: ['stats:read'] } }), {
      status: 403,
    })
    t.match(await other.call(serviceKeys.revoke, { params: { id } }), { status: 403 })
  }
  t.match(await admin.call(history.listAudit, { query: { action: 'key-created' } }), {
    body: { items: [{ actorId: admin.id, details: { key: id, name: 'backend' } }] },
  })
})

t.test('a key may call what its scopes say, and nothing else', async (t) => {
  const media = await startMedia(t)
  const ana = await media.person()
  const attempts = {
    'stats:read': (call: Call) => call(stats.read, {}),
    'history:read': (call: Call) => call(history.list, {}),
    'uploads:read': (call: Call) => call(uploads.list, { query: { userId: ana.id } }),
    'uploads:write': async (call: Call) =>
      call(uploads.create, { query: { userId: ana.id }, body: form(await jpeg()) }),
    'upkeep:run': (call: Call) => call(upkeep.run, { params: { task: 'prune' }, query: { dryRun: 'true' } }),
    'people:read': (call: Call) => call(people.read, { params: { issuer: 'shop', subject: 'ana' } }),
    'people:write': (call: Call) => call(people.endSessions, { params: { issuer: 'shop', subject: 'ana' } }),
    'people:erase': (call: Call) => call(people.erase, { params: { issuer: 'shop', subject: 'ana' } }),
    'webhooks:manage': (call: Call) => call(webhooks.list, {}),
  } as const satisfies Record<Scope, unknown>
  const names = Object.keys(attempts) as Scope[]
  for (const scope of names) {
    const { call } = await keyFor(media, scope)
    const allowed: Scope[] = []
    for (const name of names) {
      const { status } = await attempts[name](call)
      if (status !== 403) allowed.push(name)
      t.not(status, 401)
    }
    t.strictSame(allowed, [scope])
    // What no scope stands for.
    t.match(await call(serviceKeys.list, {}), { status: 403 })
    t.match(await call(uploads.restore, { params: { id: ana.id }, body: {} }), { status: 403 })
    t.match(
      await call(failures.retry, { query: { dryRun: 'true' }, body: { step: 'publish', cause: 'x' } }),
      {
        status: scope === 'upkeep:run' ? 202 : 403,
      },
    )
  }
})

t.test('a backend uploads and confirms for a person; the key is the actor', async (t) => {
  const issuer = await startIssuer(t)
  const ISSUERS = JSON.stringify([{ alias: 'shop', issuer: issuer.url, audience: ['product'] }])
  const media = await startMedia(t, { config: { ISSUERS } })
  await media.work()
  const backend = await keyFor(media, 'uploads:write', 'people:write', 'people:erase')
  const params = { issuer: 'shop', subject: 'ana' }
  const known = await backend.call(people.makeKnown, { params })
  t.equal(known.status, 200)
  t.match(await backend.call(people.makeKnown, { params }), { body: { id: known.body.id } }, 'the same again')
  t.match(await backend.call(people.makeKnown, { params: { ...params, issuer: 'none' } }), {
    status: 404,
    body: { code: 'issuer-not-found' },
  })
  const { body } = await backend.call(uploads.create, {
    query: { userId: known.body.id },
    body: form(await jpeg()),
  })
  t.match(await backend.call(uploads.confirm, { params: { id: body.id }, headers: { prefer: 'wait=30' } }), {
    status: 200,
    body: { status: 'published', userId: known.body.id },
  })
  const manager = await media.person('manager')
  const trail = await manager.call(history.trail, { params: { uploadId: body.id } })
  t.match(
    trail.body.items
      .filter(({ actorId }) => actorId === backend.id)
      .map(({ type, actorKind }) => [type, actorKind]),
    [
      ['uploaded', 'key'],
      ['confirmed', 'key'],
    ],
  )
  const ana = openCalls(media.url, { token: await issuer.token({ sub: 'ana' }) })
  t.match(await ana.call(uploads.list, {}), { body: { items: [{ id: body.id, status: 'published' }] } })
  t.match(await backend.call(people.erase, { params }), { status: 202 })
  await waitFor(async () => (await backend.call(people.erase, { params })).status === 204)
  t.match(await backend.admin.call(history.listAudit, { query: { action: 'erasure-asked' } }), {
    body: { items: [{ actorId: backend.id, actorKind: 'key' }] },
  })
  await waitFor(async () => {
    const { body: list } = await backend.admin.call(serviceKeys.list, {})
    return list.items[0]?.lastUsedAt !== null
  })
})

t.test('a key that is revoked, expired or made up is refused, by every process', async (t) => {
  const media = await startMedia(t)
  const other = await media.serve()
  const { call, key, id, admin } = await keyFor(media, 'stats:read')
  const there = openCalls(other.url, { token: key })
  t.match(await call(stats.read, {}), { status: 200 })
  t.match(await there.call(stats.read, {}), { status: 200 })
  t.match(await admin.call(serviceKeys.revoke, { params: { id } }), { status: 204 })
  t.match(await admin.call(serviceKeys.revoke, { params: { id } }), { status: 204 }, 'again')
  for (const one of [call, there.call]) await waitFor(async () => (await one(stats.read, {})).status === 401)
  t.match(await admin.call(history.listAudit, { query: { action: 'key-revoked' } }), {
    body: { items: [{ details: { key: id } }] },
  })
  const nobody = '019366c0-0000-8000-8000-000000000000'
  t.match(await admin.call(serviceKeys.revoke, { params: { id: nobody } }), {
    status: 404,
    body: { code: 'key-not-found' },
  })

  const old = await keyFor(media, 'stats:read')
  await media.deps.db
    .updateTable('service_keys')
    .set({ expires_at: new Date(0) })
    .where('id', '=', old.id)
    .execute()
  t.match(await old.call(stats.read, {}), { status: 401 })
  for (const token of [`likeness_key_${'x'.repeat(43)}`, key.slice(0, -1), `${key}x`, 'likeness_key_'])
    t.match(await openCalls(media.url, { token }).call(stats.read, {}), { status: 401 }, token.slice(0, 20))
})
