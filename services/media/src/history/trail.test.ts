import type { AuditEvent, AuditQuery } from '@likeness/contracts'
import { avatars, history, toMedia, uploads } from '@likeness/contracts/endpoints'
import { signServiceToken } from '@likeness/runtime/service-token'
import { waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { startMedia } from '../testing/start-media.js'
import { andWait, publish, upload } from '../testing/steps.js'

const media = await startMedia(t)
await media.work()
const { db } = media.deps
const [ana, ben] = [await media.person(), await media.person()]
const [max, root] = [await media.person('manager'), await media.person('admin')]

const trailOf = async (uploadId: string) =>
  (await root.call(history.trail, { params: { uploadId }, query: { limit: 100 } })).body.items
const auditOf = async (query: Partial<AuditQuery>): Promise<AuditEvent[]> =>
  (await root.call(history.listAudit, { query: { limit: 100, ...query } })).body.items

t.test('each event says who changed what, from what to what', async (t) => {
  const crop = { x: 0, y: 0, width: 20, height: 20 }
  const first = await publish(ana, undefined, { crop, altText: 'Ana at sea' })
  const described = { params: { userId: ana.id }, body: { altText: 'Ana on a boat' } }
  t.equal((await ana.call(avatars.describe, described)).status, 200)
  await publish(ana)
  t.equal((await andWait(ana, uploads.restore, first.id)).status, 200)
  const taken = { params: { userId: ana.id }, query: { reason: 'not hers' } }
  t.equal((await max.call(avatars.withdraw, taken)).status, 204)
  t.equal((await max.call(uploads.liftHold, { params: { id: first.id } })).status, 200)

  const trail = await trailOf(first.id)
  const versions = trail.flatMap(({ details }) => (details.version === undefined ? [] : [details.version]))
  t.match(
    trail.filter(({ type }) => type !== 'rendered' && type !== 'prepared'),
    [
      {
        type: 'uploaded',
        actorKind: 'person',
        actorId: ana.id,
        changes: { status: { before: null, after: 'pending' } },
      },
      {
        type: 'confirmed',
        changes: {
          status: { before: 'pending', after: 'confirmed' },
          crop: { before: null, after: crop },
          altText: { before: null, after: 'Ana at sea' },
        },
      },
      {
        type: 'published',
        actorKind: 'service',
        actorId: null,
        changes: { status: { before: 'confirmed', after: 'published' } },
      },
      { type: 'described', changes: { altText: { before: 'Ana at sea', after: 'Ana on a boat' } } },
      {
        type: 'superseded',
        actorKind: 'service',
        changes: { status: { before: 'published', after: 'superseded' } },
      },
      {
        type: 'restored',
        actorId: ana.id,
        changes: {
          status: { before: 'superseded', after: 'confirmed' },
          version: { before: Math.min(...versions.map(Number)), after: Math.max(...versions.map(Number)) },
        },
      },
      { type: 'published' },
      {
        type: 'withdrawn',
        actorKind: 'person',
        actorId: max.id,
        ip: '127.0.0.1',
        changes: {
          status: { before: 'published', after: 'withdrawn' },
          held: { before: false, after: true },
        },
        details: { reason: 'not hers' },
      },
      { type: 'hold-lifted', changes: { held: { before: true, after: false } } },
    ],
  )

  t.equal((await max.call(uploads.remove, { params: { id: first.id } })).status, 204)
  const erased = await trailOf(first.id)
  t.match(erased.at(-1), { type: 'erased', changes: { status: { before: 'withdrawn', after: 'erased' } } })
  t.notMatch(JSON.stringify(erased), /Ana (at|on)/, 'the texts went with the picture')
  t.match(await auditOf({ action: 'text-erased' }), [
    { actorKind: 'service', userId: ana.id, uploadId: first.id, details: { redacted: 2 } },
  ])
})

t.test('the database refuses every change of what was recorded', async (t) => {
  await publish(ben)
  await max.call(uploads.list, { query: { userId: ben.id } })
  for (const [table, column] of [
    ['upload_events', 'type'],
    ['audit_events', 'action'],
    ['trail_seals', 'source'],
    ['removed_events', 'source'],
  ] as const) {
    const refused = new RegExp(`${table} is append-only`)
    for (const change of [
      `update ${table} set ${column} = ${column}`,
      `delete from ${table}`,
      `truncate ${table} cascade`,
    ]) {
      await t.rejects(sql.raw(change).execute(db), refused, change)
    }
  }
  await t.rejects(sql`truncate uploads cascade`.execute(db), /append-only/)
  await t.rejects(db.deleteFrom('uploads').where('user_id', '=', ben.id).execute(), /foreign key/)
  // The setting of one function does not outlive it.
  await t.rejects(
    db.transaction().execute(async (trx) => {
      await sql`select prune_trails(400, 1)`.execute(trx)
      await trx.deleteFrom('upload_events').execute()
    }),
    /append-only/,
  )
})

t.test('a manager who reads what is another’s is in the audit, before they see it', async (t) => {
  const { id } = await publish(ben)
  await publish(max)
  const before = (await auditOf({ actorId: max.id, limit: 1 }))[0]?.seq ?? 0
  const own = await max.call(uploads.list)
  await max.call(uploads.read, { params: { id: own.body.items[0]?.id ?? '' } })
  await ben.call(uploads.read, { params: { id } })
  const read: [AuditEvent['action'], () => Promise<{ status: number }>, object?][] = [
    ['upload-read', () => max.call(uploads.read, { params: { id } })],
    ['preview-read', () => max.call(uploads.preview, { params: { id } })],
    ['uploads-listed', () => max.call(uploads.list, { query: { userId: ben.id, status: 'published' } })],
    ['upload-followed', () => max.call(uploads.follow, { params: { id } })],
    ['trail-read', () => max.call(history.trail, { params: { uploadId: id } })],
    ['history-listed', () => max.call(history.list, { query: { q: 'photo', userId: ben.id } })],
    ['history-listed', () => max.call(history.list), { userId: null }],
    ['audit-read', () => max.call(history.listAudit), { userId: null }],
  ]
  for (const [action, ask, subject] of read) {
    t.equal((await ask()).status, 200, action)
    const [event] = await auditOf({ actorId: max.id, limit: 1 })
    t.match(event, {
      action,
      actorKind: 'person',
      actorRole: 'manager',
      userId: ben.id,
      ip: '127.0.0.1',
      userAgent: String,
      outcome: 'done',
      problem: null,
      ...subject,
    })
  }
  const all = (await auditOf({ actorId: max.id })).filter(({ seq }) => seq > before)
  t.equal(all.length, read.length, 'and nothing else, neither what is their own nor what its owner read')
  t.strictSame(
    all.find(({ action, userId }) => action === 'history-listed' && userId !== null)?.details,
    { filters: ['userId', 'q'] },
    'what was asked for, not whom it named',
  )
})

t.test('what a manager attempted and was refused', async (t) => {
  const { id } = await publish(ben)
  const waiting = await upload(ben)
  const attempts = [
    ['upload-is-live', 409, () => max.call(uploads.remove, { params: { id } })],
    [
      'stale',
      412,
      () =>
        max.call(avatars.withdraw, {
          params: { userId: ben.id },
          query: { reason: 'x' },
          headers: { 'if-match': '"another"' },
        }),
    ],
    ['upload-not-found', 404, () => max.call(uploads.read, { params: { id: crypto.randomUUID() } })],
    ['not-restorable', 409, () => max.call(uploads.restore, { params: { id: waiting.id }, body: {} })],
  ] as const
  for (const [code, status, attempt] of attempts) t.match(await attempt(), { status, body: { code } })
  const own = await publish(max)
  t.equal((await max.call(uploads.liftHold, { params: { id: own.id } })).status, 403)
  t.equal((await max.call(uploads.remove, { params: { id: own.id } })).status, 409)
  t.equal((await ben.send('GET', '/v1/audit')).status, 403)

  const refused = await auditOf({ action: 'act-refused' })
  t.match(
    refused.map(({ actorId, actorRole, userId, uploadId, outcome, problem, details }) => ({
      ...{ actorId, actorRole, userId, uploadId, outcome, problem },
      endpoint: details.endpoint,
    })),
    [
      { problem: 'forbidden', endpoint: 'liftHold', userId: max.id, uploadId: own.id },
      { problem: 'not-restorable', endpoint: 'restoreUpload', userId: ben.id, uploadId: waiting.id },
      { problem: 'stale', endpoint: 'withdrawAvatar', userId: ben.id, uploadId: null },
      { problem: 'upload-is-live', endpoint: 'removeUpload', userId: ben.id, uploadId: id },
    ].map((one) => ({ ...one, actorId: max.id, actorRole: 'manager', outcome: 'refused' })),
  )
  t.equal(refused.length, 4, 'nor what concerns their own, nor what was not there')
})

t.test('the audit is listed by filters, in pages', async (t) => {
  const all = await auditOf({})
  t.strictSame(await auditOf({ actorId: crypto.randomUUID() }), [])
  t.ok((await auditOf({ userId: ben.id })).every(({ userId }) => userId === ben.id))
  const [last] = all
  if (!last) return t.fail('no events')
  t.ok((await auditOf({ from: last.at })).length < all.length)
  t.notOk((await auditOf({ to: last.at })).some(({ seq }) => seq === last.seq))
  const seen: number[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const query = { limit: 3, cursor, actorId: max.id }
    const page: { body: { items: AuditEvent[]; nextCursor: string | null } } = await root.call(
      history.listAudit,
      { query },
    )
    seen.push(...page.body.items.map(({ seq }) => seq))
    cursor = page.body.nextCursor
  }
  t.strictSame(
    seen,
    all.filter(({ actorId }) => actorId === max.id).map(({ seq }) => seq),
  )
  t.match(await root.send('GET', '/v1/audit?action=dance'), {
    status: 400,
    body: { code: 'validation-failed' },
  })
  t.match(await root.send('GET', '/v1/audit?cursor=forged'), {
    status: 400,
    body: { code: 'invalid-cursor' },
  })
})

t.test('erasing a person leaves an entry, and takes what is theirs from the audit', async (t) => {
  const eve = await media.person('manager')
  await eve.call(history.trail, { params: { uploadId: (await publish(ben)).id } })
  await max.call(uploads.list, { query: { userId: eve.id, status: 'pending' } })
  const token = await signServiceToken(media.config.SERVICE_SECRET, 'accounts', 'media')
  const erase = () => ana.call(toMedia.eraseUser, { params: { id: eve.id }, token })
  await waitFor(async () => (await erase()).status === 204, { for: 'the erasure' })
  t.match(await auditOf({ actorId: eve.id }), [{ action: 'trail-read', ip: null, userAgent: null }])
  const about = await auditOf({ userId: eve.id })
  t.match(
    about.filter(({ action }) => action !== 'audit-read'),
    [
      { action: 'person-erased', actorKind: 'service', details: { events: 0, redacted: 2 } },
      { action: 'uploads-listed', actorId: max.id, ip: '127.0.0.1', details: {} },
    ],
  )
  await upload(ben)
})
