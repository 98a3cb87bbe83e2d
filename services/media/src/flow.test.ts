import { avatarUrls } from '@likeness/contracts'
import { avatars, uploads } from '@likeness/contracts/endpoints'
import { noRedis, waitFor } from '@likeness/test-kit'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import { form, jpeg, readQuarters, turnedPhoto } from './testing/pictures.js'
import { startMedia } from './testing/start-media.js'
import { andWait } from './testing/steps.js'

for (const queue of ['postgres', 'redis'] as const) {
  t.test(`the two steps, on ${queue}`, { skip: queue === 'redis' && noRedis }, async (t: Test) => {
    const media = await startMedia(t, { queue })
    await media.work()
    const ana = await media.person()

    const created = await ana.call(uploads.create, { body: form(await turnedPhoto(), '../My photo.jpg') })
    t.equal(created.status, 201)
    const upload = created.body
    t.equal(created.headers.get('location'), `https://likeness.test/v1/uploads/${upload.id}`)
    t.match(upload, {
      userId: ana.id,
      status: 'pending',
      isConfirmed: false,
      originalFilename: 'My photo.jpg',
      format: 'jpeg',
      width: 400,
      height: 600,
      pages: 1,
      avatar: null,
      confirmedAt: null,
    })

    const preview = await waitFor(async () => {
      const answer = await ana.call(uploads.preview, { params: { id: upload.id } })
      return answer.status === 200 && answer
    })
    t.equal(preview.headers.get('content-type'), 'image/webp')
    t.equal(await readQuarters(preview.body), 'rgby', 'the preview is upright')
    const etag = preview.headers.get('etag') ?? ''
    for (const condition of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const again = await ana.call(uploads.preview, {
        params: { id: upload.id },
        headers: {
          'if-none-match': condition,
        },
      })
      t.equal(again.status, 304, condition)
    }

    const confirmed = await andWait(ana, uploads.confirm, upload.id, { altText: 'Me' })
    t.equal(confirmed.status, 200)
    t.match(confirmed.body, { status: 'published', isConfirmed: true, altText: 'Me', closedAt: null })
    t.strictSame(Object.keys(confirmed.body.avatar?.urls ?? {}), ['32', '64', '128', '256', '512'])
    t.match(media.accounts.told, [{ userId: ana.id, uploadId: upload.id, altText: 'Me', thumbhash: /.+/ }])
    const told = media.accounts.told[0]
    t.match(told, { actor: { id: ana.id, ip: '127.0.0.1' }, formats: ['webp', 'jpeg'] })
    t.strictSame(told && avatarUrls(media.config.PUBLIC_URL, ana.id, told), confirmed.body.avatar?.urls)

    for (const [size, formats] of Object.entries(confirmed.body.avatar?.urls ?? {})) {
      for (const [format, url] of Object.entries(formats)) {
        const variant = await ana.send('GET', new URL(url).pathname)
        t.equal(variant.status, 200)
        t.equal(variant.headers.get('cache-control'), 'public, max-age=31536000, immutable')
        const meta = await sharp(variant.bytes).metadata()
        t.match(meta, { format, width: Number(size), height: Number(size) })
        t.notOk(meta.exif || meta.orientation || meta.icc, 'no metadata')
        t.equal(await readQuarters(variant.bytes), 'rgby')
      }
    }
  })
}

t.test('the later confirmation wins, whichever renders first', async (t) => {
  const media = await startMedia(t)
  const ana = await media.person()
  const first = await ana.call(uploads.create, { body: form(await jpeg(64, 64, '#ff0000')) })
  const second = await ana.call(uploads.create, { body: form(await jpeg(64, 64, '#0000ff')) })
  // Confirmed in reverse order of upload, before any worker runs.
  await ana.call(uploads.confirm, { params: { id: second.body.id } })
  await ana.call(uploads.confirm, { params: { id: first.body.id } })
  await media.work()
  await waitFor(async () => {
    const { body } = await ana.call(uploads.list)
    return body.items.every((one) => one.status !== 'confirmed')
  })
  t.match((await ana.call(uploads.read, { params: { id: first.body.id } })).body, { status: 'published' })
  t.match((await ana.call(uploads.read, { params: { id: second.body.id } })).body, { status: 'superseded' })
  const live = await ana.call(avatars.serve, {
    params: { userId: ana.id },
    query: { format: 'jpeg', size: 64 },
  })
  const { dominant } = await sharp(live.body).stats()
  t.ok(dominant.r > 200 && dominant.b < 50, 'the first upload, confirmed last, is the avatar')
})
