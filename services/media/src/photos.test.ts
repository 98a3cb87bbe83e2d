/* Real photos, sent as people send them, until their variants are served. */
import { readdir } from 'node:fs/promises'
import { uploads } from '@likeness/contracts/endpoints'
import { noPhotos, photo } from '@likeness/test-kit'
import sharp from 'sharp'
import t from 'tap'
import { form } from './testing/pictures.js'
import { startMedia } from './testing/start-media.js'
import { settled } from './testing/steps.js'

t.test('every photo of LIKENESS_PHOTOS', { skip: noPhotos }, async (t) => {
  const media = await startMedia(t, { config: { PENDING_PER_USER: '100', UPLOADS_PER_10_MINUTES: '1000' } })
  await media.work()
  const ana = await media.person()
  for (const name of await readdir(process.env.LIKENESS_PHOTOS ?? '')) {
    if (!/\.(jpe?g|png|webp|gif|avif|heic|bmp)$/.test(name)) continue
    const created = await ana.call(uploads.create, { body: form(await photo(name), name) })
    t.equal(created.status, 201, name)
    await ana.call(uploads.confirm, { params: { id: created.body.id } })
    const done = await settled(ana, created.body.id)
    if (name.startsWith('truncated')) {
      // Refused when it is decoded, which may be before it is confirmed or after.
      t.match(done.failure, { code: 'invalid-image' }, name)
      continue
    }
    t.equal(done.status, 'published', name)
    if (name.startsWith('landscape')) t.ok(done.width > done.height, name)
    if (name.startsWith('portrait')) t.ok(done.width < done.height, name)
    for (const urls of Object.values(done.avatar?.urls ?? {})) {
      for (const url of Object.values(urls)) {
        const answer = await fetch(`${media.url}${new URL(url).pathname}`)
        const found = await sharp(Buffer.from(await answer.arrayBuffer())).metadata()
        t.equal(found.width, found.height, url)
        t.notOk(found.exif ?? found.xmp ?? found.iptc ?? found.icc, 'no metadata')
      }
    }
  }
})
