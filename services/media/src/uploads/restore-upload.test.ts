import { addressOf } from '@likeness/contracts'

import { avatars, uploads } from '@likeness/contracts/endpoints'
import { openCalls, waitFor } from '@likeness/test-kit'
import sharp from 'sharp'
import t from 'tap'
import { jpeg, quarters, readQuarters } from '../testing/pictures.js'
import { type Media, startMedia } from '../testing/start-media.js'
import { andWait, blobs, blobsOf, eventsOf, publish, settled, upload } from '../testing/steps.js'
import { collectGarbage } from '../upkeep/collect-garbage.js'
import { originalKey } from './upload-files.js'

const media: Media = await startMedia(t, {
  config: { UPLOADS_PER_10_MINUTES: '1000', PENDING_PER_USER: '100' },
})
await media.work()

const red = await jpeg(64, 64, '#ff0000')
const blue = await jpeg(64, 64, '#0000ff')

async function shown(userId: string): Promise<'red' | 'blue' | 'none'> {
  const { status, body } = await openCalls(media.url).call(avatars.serve, {
    params: { userId },
    query: { size: 64, format: 'jpeg', default: '404' },
  })
  if (status === 404) return 'none'
  const { dominant } = await sharp(body).stats()
  return dominant.r > dominant.b ? 'red' : 'blue'
}

/** Exactly one live avatar, of this upload, and accounts was last told of it. */
async function isTheAvatar(userId: string, id: string) {
  const live = await media.deps.db
    .selectFrom('avatars')
    .selectAll()
    .where('user_id', '=', userId)
    .where('live', '=', true)
    .execute()
  t.match(live, [{ upload_id: id }])
  const told = media.accounts.told.filter((one) => one.userId === userId)
  const newest = told.toSorted((a, b) => a.version - b.version).at(-1)
  t.match(newest, { uploadId: id, version: live[0]?.version })
}

t.test('an earlier picture is the avatar again, at once and with the files it had', async (t) => {
  const ana = await media.person()
  const first = await publish(ana, red, { altText: 'In red' })
  const second = await publish(ana, blue)
  const before = await blobs(media, 'avatars/')

  const answer = await ana.call(uploads.restore, { params: { id: first.id } })
  t.match(answer.status, 202)
  await waitFor(async () => (await shown(ana.id)) === 'red')
  t.match(await settled(ana, first.id), {
    id: first.id,
    status: 'published',
    closedAt: null,
    altText: 'In red',
  })
  t.match(await settled(ana, second.id), { status: 'superseded' })
  const { avatar } = (await ana.call(uploads.read, { params: { id: first.id } })).body
  t.ok((avatar?.version ?? 0) > (second.avatar?.version ?? 0), 'a new version')
  t.strictSame(avatar?.urls, first.avatar?.urls, 'the same addresses')
  t.strictSame(await blobs(media, 'avatars/'), before, 'no file more or less')
  t.match(media.accounts.told.at(-1), { uploadId: first.id, version: avatar?.version, restored: true })
  t.strictSame(
    // Preparing may come before or after confirming.
    (await eventsOf(media, first.id)).filter((type) => type !== 'prepared'),
    ['uploaded', 'confirmed', 'rendered', 'published', 'superseded', 'restored', 'published'],
  )

  const again = await ana.call(uploads.restore, { params: { id: first.id } })
  t.match(again, { status: 200, body: { id: first.id, status: 'published' } }, 'it is the avatar already')
  t.match(again.body.avatar?.version, avatar?.version)

  // And back, waiting for the profile to show it.
  const back = await andWait(ana, uploads.restore, second.id)
  t.match(back, { status: 200, body: { status: 'published' } })
  t.equal(await shown(ana.id), 'blue')
  await isTheAvatar(ana.id, second.id)
})

t.test('collect-garbage keeps the files of a restored version', async (t) => {
  const ana = await media.person()
  const first = await publish(ana, red)
  await publish(ana, blue)
  await andWait(ana, uploads.restore, first.id)
  const before = await blobsOf(media, ana.id, 'avatars/')
  t.equal(before.length, 20)
  await collectGarbage(await media.upkeep({ GARBAGE_GRACE_SECONDS: '0' }), { dryRun: false })
  t.strictSame(await blobsOf(media, ana.id, 'avatars/'), before)
  t.equal(await shown(ana.id), 'red')
})

t.test('a picture that was never the avatar cannot be restored', async (t) => {
  const [ana, ben] = [await media.person(), await media.person()]
  const { id } = await upload(ana)
  t.match(await ana.call(uploads.restore, { params: { id } }), {
    status: 409,
    body: { code: 'not-restorable', detail: /pending/ },
  })
  t.match(
    await ana.call(uploads.restore, { params: { id }, body: { crop: { x: 0, y: 0, width: 9, height: 9 } } }),
    { status: 409, body: { code: 'not-restorable' } },
  )
  await ana.call(uploads.remove, { params: { id } })
  t.match(await ana.call(uploads.restore, { params: { id } }), {
    status: 410,
    body: { code: 'upload-discarded' },
  })
  const live = await publish(ana)
  t.match(await ben.call(uploads.restore, { params: { id: live.id } }), {
    status: 404,
    body: { code: 'upload-not-found' },
  })
  t.match(
    await ana.send('POST', addressOf(uploads.restore, { params: { id: live.id } }), {
      body: { colour: 'red' },
    }),
    {
      status: 400,
    },
  )
})

t.test('another crop is a version of its own, from the kept original', async (t) => {
  const ana = await media.person()
  const picture = await quarters(200, 200).jpeg({ quality: 95 }).toBuffer()
  const whole = await publish(ana, picture, { altText: 'Four colours' })
  const crop = { x: 100, y: 0, width: 100, height: 100 }
  const answer = await andWait(ana, uploads.restore, whole.id, { crop })
  t.match(answer, { status: 200, body: { status: 'published', crop, altText: 'Four colours' } })
  const cropped = answer.body
  t.not(cropped.id, whole.id)
  t.equal(cropped.sha256, whole.sha256)
  t.equal(answer.headers.get('location'), `https://likeness.test/v1/uploads/${cropped.id}`)
  const corner = await ana.call(avatars.serve, {
    params: { userId: ana.id },
    query: { size: 128, format: 'webp' },
  })
  t.equal(await readQuarters(corner.body), 'gggg', 'the top right quarter')
  t.match(await settled(ana, whole.id), { status: 'superseded', crop: null })
  const [created] = await media.deps.db
    .selectFrom('upload_events')
    .selectAll()
    .where('upload_id', '=', cropped.id)
    .orderBy('seq')
    .execute()
  t.match(created, { type: 'uploaded', details: { from: whole.id }, actor_id: ana.id })

  t.match(
    await ana.call(uploads.restore, { params: { id: whole.id }, body: { crop: { ...crop, x: 101 } } }),
    {
      status: 422,
      body: { code: 'invalid-crop', detail: /200 × 200/ },
    },
  )
  for (const wide of [
    { x: 0, y: 0, width: 200, height: 100 },
    { x: 0, y: 0, width: 98, height: 100 },
  ]) {
    t.match(await ana.call(uploads.restore, { params: { id: whole.id }, body: { crop: wide } }), {
      status: 422,
      body: { code: 'invalid-crop', detail: new RegExp(`this one is ${wide.width} × ${wide.height}`) },
    })
  }
  const same = await ana.call(uploads.restore, { params: { id: cropped.id }, body: { crop } })
  t.match(same, { status: 200, body: { id: cropped.id } }, 'the crop it has makes no other')

  // Each is by itself: erasing one leaves the other.
  t.equal((await ana.call(uploads.remove, { params: { id: whole.id } })).status, 204)
  await media.deps.storage.delete([originalKey(cropped)])
  t.match(
    await ana.call(uploads.restore, { params: { id: cropped.id }, body: { crop: { ...crop, x: 0 } } }),
    {
      status: 409,
      body: { code: 'original-not-kept' },
    },
  )
  t.match(await ana.call(uploads.read, { params: { id: cropped.id } }), { body: { status: 'published' } })
})

t.test('erasing a past version', async (t) => {
  const [ana, max] = [await media.person(), await media.person('manager')]
  const first = await publish(ana, red, { altText: 'Red' })
  t.match(await ana.call(uploads.remove, { params: { id: first.id } }), {
    status: 409,
    body: { code: 'upload-is-live' },
  })
  const second = await publish(ana, blue)
  t.match(await max.call(uploads.remove, { params: { id: first.id } }), { status: 204 })
  t.match(await ana.call(uploads.remove, { params: { id: first.id } }), { status: 204 }, 'again is quiet')
  for (const endpoint of [uploads.read, uploads.preview]) {
    t.match(await ana.call(endpoint, { params: { id: first.id } }), {
      status: 404,
      body: { code: 'upload-not-found' },
    })
  }
  t.match(await ana.call(uploads.restore, { params: { id: first.id } }), { status: 404 })
  const { items } = (await ana.call(uploads.list)).body
  t.strictSame(
    items.map((one) => one.id),
    [second.id],
  )
  t.notOk(
    (await blobs(media)).some((key) => key.includes(first.id)),
    'no original, no preview',
  )
  t.equal((await blobsOf(media, ana.id, 'avatars/')).length, 10, 'the other’s variants alone')
  const row = await media.deps.db
    .selectFrom('uploads')
    .selectAll()
    .where('id', '=', first.id)
    .executeTakeFirstOrThrow()
  t.match(row, { status: 'erased', thumbhash: null, alt_text: null, sha256: first.sha256 })
  t.equal((await eventsOf(media, first.id)).at(-1), 'erased', 'the trail is kept')
})

t.test('restore racing confirm: the later version wins, in media and in accounts', async (t) => {
  for (let round = 0; round < 5; round += 1) {
    const ana = await media.person()
    const first = await publish(ana, red)
    await publish(ana, blue)
    const third = await upload(ana, blue)
    const [restored, confirmed] = await Promise.all([
      ana.call(uploads.restore, { params: { id: first.id } }),
      ana.call(uploads.confirm, { params: { id: third.id } }),
    ])
    t.equal(restored.status, 202)
    t.ok([200, 202].includes(confirmed.status), 'published at once, or by the job')
    await Promise.all([settled(ana, first.id), settled(ana, third.id)])
    const rows = await media.deps.db
      .selectFrom('uploads')
      .select(['id', 'status', 'version'])
      .where('user_id', '=', ana.id)
      .orderBy('version', 'desc')
      .execute()
    t.match(
      rows.map((row) => row.status),
      ['published', 'superseded', 'superseded'],
    )
    await isTheAvatar(ana.id, rows[0]?.id ?? '')
  }
})

t.test('many restores at once leave one avatar', async () => {
  const ana = await media.person()
  const versions = [await publish(ana, red), await publish(ana, blue), await publish(ana, red)]
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, turn) =>
      ana.call(uploads.restore, { params: { id: versions[turn % 3]?.id ?? '' } }),
    ),
  )
  // An upload on its way that another overtook is neither the avatar nor past.
  t.ok(answers.every((one) => one.status === 202 || one.status === 200 || one.body.code === 'not-restorable'))
  const ended = await Promise.all(versions.map((one) => settled(ana, one.id)))
  const live = ended.filter((one) => one.status === 'published')
  t.equal(live.length, 1)
  await isTheAvatar(ana.id, live[0]?.id ?? '')
})

t.test('erase racing restore: one wins, and the files follow', async (t) => {
  for (let round = 0; round < 6; round += 1) {
    const ana = await media.person()
    const first = await publish(ana, red)
    const second = await publish(ana, blue)
    const [erase, restore] = await Promise.all([
      ana.call(uploads.remove, { params: { id: first.id } }),
      ana.call(uploads.restore, { params: { id: first.id } }),
    ])
    if (erase.status === 204) {
      t.match(restore, { status: 404, body: { code: 'upload-not-found' } })
      t.equal((await blobsOf(media, ana.id, 'avatars/')).length, 10)
      await isTheAvatar(ana.id, second.id)
    } else {
      t.match(erase, { status: 409, body: { code: /not-pending|upload-is-live/ } })
      t.equal(restore.status, 202)
      await settled(ana, first.id)
      t.equal((await blobsOf(media, ana.id, 'avatars/')).length, 20)
      await isTheAvatar(ana.id, first.id)
    }
  }
})
