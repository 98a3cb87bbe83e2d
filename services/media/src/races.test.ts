import { avatars, history, toMedia, uploads } from '@likeness/contracts/endpoints'
import { signServiceToken } from '@likeness/runtime/service-token'
import { hold, openCalls, waitFor } from '@likeness/test-kit'
import t, { type Test } from 'tap'
import { markPrepared } from './database/upload-transitions.js'
import { lockUser } from './database/uploads.table.js'
import { eraseUser } from './erasure/erase-user.job.js'
import { askToErase } from './erasure/erase-user.js'
import { rowOf } from './testing/fault-case.js'
import { jpeg } from './testing/pictures.js'
import { startMedia } from './testing/start-media.js'
import { blobs, blobsOf, publish, settled, upload } from './testing/steps.js'

// Something happens between a request's read and its write: while it waits for a lock that a second connection holds,
// or while the worker that would follow is away.

t.test('a person whose erasure was requested is gone before the job has run', async (t) => {
  const { media, ana, admin, live, past } = await withTwoVersions(t)
  const pending = await upload(ana)
  await waitFor(
    async () => (await ana.call(uploads.read, { params: { id: pending.id } })).body.previewUrl !== null,
  )
  const signed = (await ana.call(uploads.read, { params: { id: pending.id } })).body.previewUrl ?? ''
  t.equal((await fetch(new URL(new URL(signed).pathname + new URL(signed).search, media.url))).status, 200)
  await media.stopWork()
  t.equal(await media.askErasure(ana.id), 202)

  const answers = [
    ana.call(uploads.read, { params: { id: live.id } }),
    ana.call(uploads.confirm, { params: { id: pending.id } }),
    ana.call(uploads.restore, { params: { id: past.id } }),
    ana.call(uploads.restore, { params: { id: past.id }, body: { crop: square } }),
    ana.call(uploads.remove, { params: { id: past.id } }),
    admin.call(uploads.preview, { params: { id: pending.id } }),
    admin.call(history.trail, { params: { uploadId: live.id } }),
  ]
  for (const { status, body } of await Promise.all(answers))
    t.match([status, body.code], [404, 'upload-not-found'])
  const link = new URL(signed)
  t.equal((await fetch(new URL(link.pathname + link.search, media.url))).status, 404, 'a signed link')
  t.strictSame((await ana.call(uploads.list)).body.items, [])
  t.strictSame((await admin.call(history.list, { query: { userId: ana.id } })).body.items, [])
  t.match(await ana.call(avatars.serve, { params: { userId: ana.id }, query: { default: '404' } }), {
    status: 404,
  })

  await media.work()
  await waitFor(async () => (await media.askErasure(ana.id)) === 204)
  t.strictSame(await blobs(media), [])
})

t.test(
  'a confirmation and a restoration that wait while the erasure is asked for change nothing',
  async (t) => {
    const { media, ana, past } = await withTwoVersions(t)
    const pending = await upload(ana)
    await media.stopWork()
    const { db } = media.deps

    const held = await hold(db)
    await lockUser(held.trx, ana.id)
    const restoring = ana.call(uploads.restore, { params: { id: past.id } })
    await held.untilWaiting(1)
    const recropping = ana.call(uploads.restore, { params: { id: past.id }, body: { crop: square } })
    await held.untilWaiting(2)
    await held.trx.insertInto('erased_users').values({ user_id: ana.id }).execute()
    await held.release()
    for (const { status, body } of [await restoring, await recropping])
      t.match([status, body.code], [404, 'upload-not-found'])
    const rows = await db
      .selectFrom('uploads')
      .select(['id', 'status'])
      .where('user_id', '=', ana.id)
      .execute()
    t.match(
      rows.find(({ id }) => id === past.id),
      { status: 'superseded' },
    )
    t.equal(rows.length, 3, 'no copy')

    t.equal((await ana.call(uploads.confirm, { params: { id: pending.id } })).status, 404)
    t.match(
      rows.find(({ id }) => id === pending.id),
      { status: 'pending' },
    )
  },
)

t.test('an erasure waits for what is being noted of an upload', async (t) => {
  const media = await startMedia(t)
  const ana = await media.person()
  const { id } = await upload(ana)
  const { db } = media.deps
  const held = await hold(db)
  const { row } = await markPrepared(held.trx, await rowOf(media, id), { thumbhash: '', look: undefined })
  t.ok(row?.prepared_at)
  t.notOk(await askToErase(media.deps, ana.id))
  const erasing = eraseUser(media.deps, { userId: ana.id })
  await held.untilWaiting(1)
  await held.release()
  await erasing
  t.ok(await askToErase(media.deps, ana.id), 'done')
  t.strictSame(await db.selectFrom('upload_events').selectAll().where('user_id', '=', ana.id).execute(), [])
})

t.test('a picture erased while it is cropped anew does not live on in a copy', async (t) => {
  const { media, ana, admin, past } = await withTwoVersions(t)
  const held = await hold(media.deps.db)
  await lockUser(held.trx, ana.id)
  const recropping = ana.call(uploads.restore, { params: { id: past.id }, body: { crop: square } })
  await held.untilWaiting(1)
  t.equal((await admin.call(uploads.remove, { params: { id: past.id } })).status, 204)
  await held.release()
  const { status, body } = await recropping
  t.match([status, body.code], [404, 'upload-not-found'])
  const originals = (await blobsOf(media, ana.id)).filter((key) => key.endsWith('.original'))
  t.equal(originals.length, 1, 'that of the avatar')
})

t.test('a withdrawal and a restoration of the same picture: the operator has the last word', async (t) => {
  const { media, ana, admin, live, past } = await withTwoVersions(t)
  const reason = 'Not a picture of a person.'
  for (const first of ['withdraw', 'restore']) {
    const held = await hold(media.deps.db)
    await lockUser(held.trx, ana.id)
    const withdraw = () => admin.call(avatars.withdraw, { params: { userId: ana.id }, body: { reason } })
    const restore = () => ana.call(uploads.restore, { params: { id: live.id } })
    const acts = first === 'withdraw' ? [withdraw, restore] : [restore, withdraw]
    const answers: ReturnType<(typeof acts)[number]>[] = []
    for (const act of acts) {
      answers.push(act())
      await held.untilWaiting(answers.length)
    }
    await held.release()
    const statuses = (await Promise.all(answers)).map(({ status }) => status)
    t.match(first === 'withdraw' ? statuses : statuses.toReversed(), [204, 403], first)
    t.equal(
      (await ana.call(avatars.serve, { params: { userId: ana.id }, query: { default: '404' } })).status,
      404,
      first,
    )
    t.match(await settled(ana, live.id), { status: 'withdrawn' })
  }
  t.equal(
    (await ana.call(uploads.restore, { params: { id: past.id } })).status,
    202,
    'another is theirs to choose',
  )
})

const square = { x: 0, y: 0, width: 32, height: 32 }

/** A person with an avatar and an earlier version of it. */
async function withTwoVersions(t: Test) {
  const media = await startMedia(t)
  const worker = await media.work()
  const [ana, admin] = [await media.person(), await media.person('admin')]
  const past = await publish(ana, await jpeg(64, 64, '#ff0000'))
  const live = await publish(ana, await jpeg(64, 64, '#0000ff'))
  await settled(ana, past.id)
  const askErasure = async (userId: string) => {
    const token = await signServiceToken(media.config.SERVICE_SECRET, 'accounts', 'media')
    const { call } = openCalls(media.url)
    return (await call(toMedia.eraseUser, { params: { id: userId }, token })).status
  }
  return { media: { ...media, askErasure, stopWork: () => worker.queue.close() }, ana, admin, live, past }
}
