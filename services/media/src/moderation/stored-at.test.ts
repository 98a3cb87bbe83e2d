import { avatars, moderation, uploads } from '@likeness/contracts/endpoints'
import { startS3 } from '@likeness/storage/testing'
import t from 'tap'
import { startMedia } from '../testing/start-media.js'
import { blobs, publish } from '../testing/steps.js'
import { uploadStoredAt } from './stored-at.js'

const s3 = await startS3(t)

t.test(
  'a picture is found by the address that DELIVERY=redirect leads to, however it is signed',
  async (t) => {
    const media = await startMedia(t, {
      config: {
        DELIVERY: 'redirect',
        DELIVERY_BASE: 'https://CDN.example/likeness/',
        STORAGE_URL: s3.url('pictures/media', { publicEndpoint: 'https://files.example' }),
      },
    })
    await media.work()
    const [ana, max] = [await media.person(), await media.person('manager')]
    const { id, avatar } = await publish(ana)
    const list = (address: string) =>
      max.call(moderation.takeDown, { query: { dryRun: 'true' }, body: { address } })

    // What a browser shows once it has followed the redirect.
    const { headers } = await ana.call(avatars.serve, { params: { userId: ana.id }, query: { size: 64 } })
    const sent = headers.get('location') ?? ''
    t.match(sent, /^https:\/\/CDN\.example\/likeness\/avatars\//)
    const version = avatar?.version ?? 0
    const variant = await ana.call(avatars.serveVariant, {
      params: { userId: ana.id, version, file: '128.webp' },
    })
    const key = new URL(sent).pathname.replace('/likeness/', '')
    const [preview] = (await blobs(media, 'uploads/')).filter((one) => one.endsWith('preview.webp'))
    const signed = '?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=300&X-Amz-Signature=0a1b'
    const endpoint = new URL(new URL(media.env.STORAGE_URL).searchParams.get('endpoint') ?? '')
    for (const address of [
      sent,
      variant.headers.get('location') ?? '',
      `${sent}?Expires=1798761600&Signature=a~b-c_&Key-Pair-Id=K2JCJMDEHXQW5F`,
      sent.replace('https://CDN', 'http://cdn'),
      `https://files.example/pictures/media/${key}${signed}`,
      `https://pictures.files.example/media/${key}${signed}`,
      `${endpoint.origin}/pictures/media/${key}${signed}#top`,
      `https://files.example/pictures/media/${preview}${signed}`,
    ]) {
      const { status, body } = await list(address)
      t.match({ status, id: body.uploadId, total: body.total }, { status: 200, id, total: 1 }, address)
    }
    for (const address of [
      `https://files.example/others/media/${key}`,
      `https://files.example/pictures/${key}`,
      `https://cdn.example/${key}`,
      `https://cdn.example/likeness/avatars/x/128.webp`,
      `https://elsewhere.example/likeness/${key}`,
      `https://s3.eu-west-3.amazonaws.com/pictures/media/${key}`,
    ]) {
      t.match(await list(address), { status: 422, body: { code: 'foreign-address' } }, address)
    }

    const { seen } = (await list(sent)).body
    const body = { address: `${sent}?Signature=x`, reason: 'Not a person', seen }
    t.match(await max.call(moderation.takeDown, { body }), {
      status: 201,
      body: { uploads: { withdrawn: 1 } },
    })
    t.match((await ana.call(uploads.read, { params: { id } })).body, { status: 'withdrawn' })
  },
)

t.test('an address of a bucket at Amazon', async (t) => {
  const id = '019ac000-0000-7000-8000-000000000001'
  const key = `avatars/019ac000/${id}.7/128.webp`
  const config = {
    DELIVERY: 'direct',
    DELIVERY_BASE: undefined,
    STORAGE_URL: 's3://my.pictures/media?region=eu-west-3',
    STORAGE_FALLBACK_URL: 'file:///pictures',
  } as const
  for (const [address, found] of [
    [`https://my.pictures.s3.eu-west-3.amazonaws.com/media/${key}?X-Amz-Signature=1`, id],
    [`https://my.pictures.s3.dualstack.eu-west-3.amazonaws.com/media/${key}`, id],
    [`https://my.pictures.s3-accelerate.amazonaws.com/media/${key}`, id],
    [`https://s3.eu-west-3.amazonaws.com/my.pictures/media/${key}`, id],
    [`https://s3.amazonaws.com/my.pictures/media/${key}`, id],
    [`https://myxpictures.s3.amazonaws.com/media/${key}`, undefined],
    [`https://s3.amazonaws.com/your.pictures/media/${key}`, undefined],
    [`https://my.pictures.s3.amazonaws.com.example/media/${key}`, undefined],
    [`https://my.pictures.s3.amazonaws.com/${key}`, undefined],
  ] as const) {
    t.equal(uploadStoredAt(config, new URL(address)), found, address)
  }
})
