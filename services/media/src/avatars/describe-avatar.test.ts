import { addressOf } from '@likeness/contracts'
import { avatars, history, uploads } from '@likeness/contracts/endpoints'
import { waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { startMedia } from '../testing/start-media.js'
import { eventsOf, publish, settled } from '../testing/steps.js'
import { requeueStuck } from '../upkeep/requeue-stuck.js'

const media = await startMedia(t, { queue: 'postgres', config: { UPLOADS_PER_10_MINUTES: '1000' } })
const { accounts } = media
const worker = await media.work()
const toldTo = (userId: string) => accounts.described.filter((one) => one.userId === userId)

t.test('the owner changes the text and removes it; the version stays', async (t) => {
  const ana = await media.person()
  const params = { userId: ana.id }
  t.match(await ana.call(avatars.describe, { params, body: { altText: 'Me' } }), {
    status: 404,
    body: { code: 'avatar-not-found' },
  })
  const { id, avatar } = await publish(ana, undefined, { altText: 'Ada' })
  const version = avatar?.version ?? 0

  const first = await ana.call(avatars.describe, { params, body: { altText: '  Ada, laughing ' } })
  t.match(first, { status: 200, body: { version, urls: avatar?.urls, altText: 'Ada, laughing' } })
  t.equal(first.headers.get('etag'), `"${version}-text-1"`)
  await waitFor(() => toldTo(ana.id).length === 1)
  t.match(toldTo(ana.id), [
    {
      version,
      uploadId: id,
      revision: 1,
      altText: 'Ada, laughing',
      changes: [{ revision: 1, actor: { id: ana.id, ip: '127.0.0.1' } }],
    },
  ])
  for (const same of [{ altText: 'Ada, laughing' }, {}]) {
    const again = await ana.call(avatars.describe, { params, body: same })
    t.match(again, { status: 200, body: first.body }, 'nothing changes')
    t.equal(again.headers.get('etag'), first.headers.get('etag'))
  }
  t.match(await ana.call(uploads.read, { params: { id } }), {
    body: { altText: 'Ada, laughing', avatar: { version } },
  })
  t.match(
    await ana.call(uploads.confirm, { params: { id }, body: { altText: 'Ada' } }),
    { status: 200, body: { id, altText: 'Ada, laughing' } },
    'confirming again is as quiet as before',
  )

  const gone = await ana.call(avatars.describe, { params, body: { altText: null } })
  t.match(gone, { status: 200, body: { altText: null } })
  await waitFor(() => toldTo(ana.id).length === 2)
  t.match(toldTo(ana.id)[1], { revision: 2, altText: null, changes: [{ revision: 2 }] })
  t.equal(toldTo(ana.id)[1]?.changes.length, 1, 'each change is told once')
  t.strictSame((await eventsOf(media, id)).slice(-3), ['published', 'described', 'described'])
})

t.test('a refused change changes nothing', async (t) => {
  const [ana, ben, max] = [await media.person(), await media.person(), await media.person('manager')]
  const { id, avatar } = await publish(ana, undefined, { altText: 'Ada' })
  const version = avatar?.version ?? 0
  const params = { userId: ana.id }
  t.match(await ben.call(avatars.describe, { params, body: { altText: 'Mine' } }), {
    status: 403,
    body: { code: 'forbidden' },
  })
  const path = addressOf(avatars.describe, { params })
  t.equal((await fetch(`${media.url}${path}`, { method: 'PATCH', body: '{}' })).status, 401)
  for (const body of [
    { altText: 'x'.repeat(1001) },
    { altText: 7 },
    { text: 'Me' },
    { altText: 'a\u0000' },
  ]) {
    const answer = await ana.send('PATCH', path, { body })
    t.match(answer, { status: 400, body: { code: 'validation-failed' } }, JSON.stringify(body).slice(0, 40))
  }
  for (const tag of [`"${version + 1}"`, `W/"${version}"`, `"${version}-text-1"`]) {
    const answer = await ana.call(avatars.describe, {
      params,
      body: { altText: 'Late' },
      headers: { 'if-match': tag },
    })
    t.match(answer, { status: 412, body: { code: 'stale' } }, tag)
  }
  t.match(await ana.call(uploads.read, { params: { id } }), { body: { altText: 'Ada' } })

  // An operator, for the version they saw, and its owner at once for the text they saw.
  const seen = { 'if-match': `"${version}"` }
  const done = await max.call(avatars.describe, {
    params,
    body: { altText: 'A person in a red coat' },
    headers: seen,
  })
  t.equal(done.status, 200)
  const late = await ana.call(avatars.describe, {
    params,
    body: { altText: 'Late' },
    headers: { 'if-match': `"${version}-text-0"` },
  })
  t.match(late, { status: 412 })
  const etag = done.headers.get('etag') ?? ''
  t.equal(
    (await ana.call(avatars.describe, { params, body: { altText: 'Me' }, headers: { 'if-match': etag } }))
      .status,
    200,
  )
  const changes = () => toldTo(ana.id).flatMap((one) => one.changes)
  await waitFor(() => changes().length === 2)
  t.match(changes(), [
    { revision: 1, actor: { id: max.id } },
    { revision: 2, actor: { id: ana.id } },
  ])
  const trail = await max.call(history.trail, { params: { uploadId: id }, query: { limit: 100 } })
  t.match(trail.body.items.at(-2), {
    type: 'described',
    actorId: max.id,
    ip: '127.0.0.1',
    details: { version, revision: 1 },
  })
})

t.test('changed while it is being restored: the profile ends with the newer text', async (t) => {
  const ana = await media.person()
  const first = await publish(ana, undefined, { altText: 'Old' })
  await publish(ana)
  let release = () => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  let isHeld = false
  accounts.beforeAvatar = () => {
    isHeld = true
    return held
  }
  const restored = await ana.call(uploads.restore, { params: { id: first.id } })
  t.equal(restored.status, 202)
  await waitFor(() => isHeld)
  t.equal(
    (await ana.call(avatars.describe, { params: { userId: ana.id }, body: { altText: 'New' } })).status,
    200,
  )
  t.strictSame(toldTo(ana.id), [], 'not before the picture')
  accounts.beforeAvatar = async () => undefined
  release()
  await settled(ana, first.id)
  await waitFor(() => toldTo(ana.id).length === 1)
  const put = accounts.told.filter((one) => one.userId === ana.id).at(-1)
  t.match(put, { altText: 'Old', revision: 0 }, 'it was on its way')
  t.match(toldTo(ana.id), [{ version: put?.version, revision: 1, altText: 'New' }])
})

t.test('accounts away, and the job lost: told of every change once it is back', async (t) => {
  const ana = await media.person()
  const { id } = await publish(ana)
  await worker.queue.close()
  const params = { userId: ana.id }
  for (const altText of ['One', 'Two'])
    t.equal((await ana.call(avatars.describe, { params, body: { altText } })).status, 200)
  await sql`delete from bullmq.job`.execute(media.deps.db)
  await sql`update avatars set text_untold_since = text_untold_since - interval '1 hour'`.execute(
    media.deps.db,
  )
  t.match(await requeueStuck(media.deps, { dryRun: true }), { describe: 1 })
  accounts.status = 503
  await media.work()
  t.match(await requeueStuck(media.deps, { dryRun: false }), { describe: 1 })
  t.strictSame(toldTo(ana.id), [])
  accounts.status = 204
  await waitFor(() => toldTo(ana.id).length > 0)
  t.match(toldTo(ana.id), [
    {
      uploadId: id,
      revision: 2,
      altText: 'Two',
      changes: [
        { revision: 1, altText: { before: null, after: 'One' } },
        { revision: 2, altText: { before: 'One', after: 'Two' } },
      ],
    },
  ])
  await waitFor(async () => (await requeueStuck(media.deps, { dryRun: true })).describe === 0)
})
