import { addressOf } from '@likeness/contracts'

import { avatars } from '@likeness/contracts/endpoints'
import { ConfigError } from '@likeness/runtime/config'
import { waitFor } from '@likeness/test-kit'
import t from 'tap'
import { deliveryOf } from '../delivery.js'
import { jpeg } from '../testing/pictures.js'
import { startMedia } from '../testing/start-media.js'
import { publish } from '../testing/steps.js'
import { variantsPrefix } from '../uploads/upload-files.js'

for (const [kind, base, header, status] of [
  ['accel', '/pictures', 'x-accel-redirect', 200],
  ['redirect', 'https://cdn.test/likeness', 'location', 302],
] as const) {
  t.test(`DELIVERY=${kind}`, async (t) => {
    const media = await startMedia(t, { config: { DELIVERY: kind, DELIVERY_BASE: `${base}/` } })
    await media.work()
    const ana = await media.person()
    const done = await publish(ana, await jpeg(600, 600))
    const { version } = done.avatar ?? { version: 0 }
    // Rendered ahead, unless it was confirmed before.
    const row = await media.deps.db.selectFrom('avatars').select('blob_prefix').executeTakeFirstOrThrow()
    t.ok([variantsPrefix(done.id), variantsPrefix(done.id, version)].includes(row.blob_prefix))
    const key = `${row.blob_prefix}/128.webp`

    for (const [path, cacheControl] of [
      [
        addressOf(avatars.serve, { params: { userId: ana.id }, query: { size: 100, format: 'webp' } }),
        'public, max-age=60, stale-while-revalidate=600',
      ],
      [new URL(done.avatar?.urls['128']?.webp ?? '').pathname, 'public, max-age=31536000, immutable'],
    ] as const) {
      for (const method of ['GET', 'HEAD']) {
        const answer = await ana.send(method, path)
        t.equal(answer.status, status, path)
        t.equal(answer.headers.get(header), `${base}/${key}`)
        t.equal(answer.headers.get('cache-control'), cacheControl)
        t.equal(answer.bytes.length, 0, 'the bytes are sent by another')
      }
    }
    for (const file of ['100.webp', '128.avif']) {
      const answer = await ana.call(avatars.serveVariant, { params: { userId: ana.id, version, file } })
      t.match(answer, { status: 404, body: { code: 'avatar-not-found' } }, file)
    }
    t.match(
      await ana.call(avatars.serveVariant, {
        params: { userId: ana.id, version: version + 1, file: '128.webp' },
      }),
      { status: 404 },
    )
    const drawn = await ana.call(avatars.serve, { params: { userId: crypto.randomUUID() } })
    t.equal(drawn.status, 200, 'drawn pictures are nowhere else')
    t.ok(drawn.body.length > 0)
    const variant = new URL(done.avatar?.urls['128']?.webp ?? '').pathname
    t.equal((await ana.send('GET', variant)).headers.get('cache-tag'), `user-${ana.id},avatar-${version}`)
    if (kind === 'accel') {
      const { headers } = await ana.call(avatars.serve, {
        params: { userId: ana.id },
        query: { size: 100, format: 'webp' },
      })
      t.equal(headers.get('content-type'), 'image/webp')
      const again = await ana.call(avatars.serve, {
        params: { userId: ana.id },
        query: { size: 100, format: 'webp' },
        headers: {
          'if-none-match': headers.get('etag') ?? '',
        },
      })
      t.equal(again.status, 304)
    }
    t.equal((await ana.call(avatars.withdraw, { params: { userId: ana.id } })).status, 204)
    await waitFor(async () => (await ana.send('GET', variant)).status === 410)
  })
}

t.test('DELIVERY and DELIVERY_BASE go together', async (t) => {
  for (const [DELIVERY, DELIVERY_BASE] of [
    ['accel', undefined],
    ['accel', 'pictures'],
    ['accel', 'https://cdn.test'],
    ['redirect', undefined],
    ['redirect', '/pictures'],
    ['redirect', 'javascript:alert(1)'],
  ] as const) {
    t.throws(() => deliveryOf({ DELIVERY, DELIVERY_BASE }), ConfigError, `${DELIVERY} ${DELIVERY_BASE}`)
  }
})
