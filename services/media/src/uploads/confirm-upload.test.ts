import { addressOf } from '@likeness/contracts'
import { avatars, uploads } from '@likeness/contracts/endpoints'
import { hold, waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { rowOf } from '../testing/fault-case.js'
import { form, jpeg, quarters, readQuarters } from '../testing/pictures.js'
import { type Media, startMedia } from '../testing/start-media.js'
import { andWait, blobs, eventsOf, upload } from '../testing/steps.js'

const media: Media = await startMedia(t)
const picture = await jpeg(120, 80)
type Person = Awaited<ReturnType<Media['person']>>

const pending = (person: Person, bytes = picture) => upload(person, bytes)

const expire = (id: string) =>
  media.deps.db
    .updateTable('uploads')
    .set({ expires_at: sql`now() - interval '1 second'` })
    .where('id', '=', id)
    .execute()

t.test('50 confirms at once make one', async (t) => {
  const ana = await media.person()
  const { id } = await pending(ana)
  // Half of them like clients that name JSON although they send nothing.
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      ana.call(uploads.confirm, {
        params: { id },
        headers: index % 2 === 0 ? {} : { 'content-type': 'application/json' },
      }),
    ),
  )
  t.ok(answers.every((one) => one.status === 202 && one.body.status === 'confirmed'))
  t.equal(new Set(answers.map((one) => one.body.confirmedAt)).size, 1)
  t.strictSame(await eventsOf(media, id), ['uploaded', 'confirmed'])
})

t.test('a confirmation that waits for another change of its upload draws one version', async (t) => {
  const ana = await media.person()
  const [first, second] = [await pending(ana), await pending(ana)]
  await ana.call(uploads.confirm, { params: { id: first.id } })
  const held = await hold(media.deps.db)
  await held.trx
    .updateTable('uploads')
    .set({ rendered_ahead: 'other sizes' })
    .where('id', '=', second.id)
    .execute()
  const confirming = ana.call(uploads.confirm, { params: { id: second.id } })
  await held.untilWaiting(1)
  await held.release()
  t.equal((await confirming).status, 202)
  const [before, after] = [await rowOf(media, first.id), await rowOf(media, second.id)]
  t.equal(Number(after.version) - Number(before.version), 1)
})

t.test('the same confirmation gets the same answer, another is refused', async (t) => {
  const ana = await media.person()
  const { id } = await pending(ana)
  const crop = { x: 1, y: 2, width: 30, height: 31 }
  const first = await ana.call(uploads.confirm, { params: { id }, body: { crop } })
  t.match(first, { status: 202, body: { crop } })
  const again = await ana.call(uploads.confirm, {
    params: { id },
    body: {
      crop: { height: 31, width: 30, y: 2, x: 1 },
    },
  })
  t.strictSame(again.body, first.body)
  t.match(await ana.call(uploads.confirm, { params: { id } }), {
    status: 409,
    body: { code: 'already-confirmed' },
  })
  const other = { crop: { ...crop, x: 0 } }
  t.match(await ana.call(uploads.confirm, { params: { id }, body: other }), {
    status: 409,
    body: { code: 'already-confirmed' },
  })
})

t.test('crops must be squares in the picture', async (t) => {
  const ana = await media.person()
  const { id } = await pending(ana)
  for (const crop of [
    { x: 0, y: 0, width: 81, height: 81 },
    { x: 100, y: 0, width: 21, height: 21 },
    { x: 0, y: 79, width: 2, height: 2 },
    { x: Number.MAX_SAFE_INTEGER, y: 0, width: 1, height: 1 },
    { x: 10, y: 5, width: 32, height: 30 },
    { x: 0, y: 0, width: 120, height: 80 },
  ]) {
    const seen = `${crop.width} × ${crop.height} from ${crop.x}, ${crop.y}`
    for (const [language, wanted] of [
      ['en', /a square.* within 120 × 80 pixels/],
      ['fr', /un carré.* dans 120 × 80 pixels/],
    ] as const) {
      const answer = await ana.call(uploads.confirm, {
        params: { id },
        body: { crop },
        headers: { 'accept-language': language },
      })
      t.match(answer, { status: 422, body: { code: 'invalid-crop', detail: wanted } }, seen)
      t.ok(answer.body.detail?.includes(`${crop.width} × ${crop.height}`), seen)
    }
  }
  const path = addressOf(uploads.confirm, { params: { id } })
  for (const crop of [
    { x: -1, y: 0, width: 1, height: 1 },
    { x: 0.5, y: 0, width: 1, height: 1 },
    { x: 0, y: 0, width: 0, height: 1 },
    {},
    'all',
  ]) {
    const answer = await ana.send('POST', path, { body: { crop } })
    t.match(answer, { status: 400, body: { code: 'validation-failed', errors: [{ path: /^crop/ }] } })
  }
  t.match(await ana.send('POST', path, { body: { colour: 'red' } }), { status: 400 })
  t.match(
    await ana.call(uploads.confirm, {
      params: { id },
      body: { crop: { x: 119, y: 79, width: 1, height: 1 } },
    }),
    { status: 202 },
  )
})

t.test('sha256 guards against confirming another picture', async (t) => {
  const ana = await media.person()
  const { id, sha256 } = await pending(ana)
  const wrong = { sha256: '0'.repeat(64) }
  t.match(await ana.call(uploads.confirm, { params: { id }, body: wrong }), {
    status: 409,
    body: { code: 'sha256-mismatch' },
  })
  t.match(await ana.call(uploads.confirm, { params: { id }, body: { sha256: sha256.toUpperCase() } }), {
    status: 202,
  })
  t.match(await ana.call(uploads.confirm, { params: { id }, body: wrong }), {
    status: 409,
    body: { code: 'sha256-mismatch' },
  })
})

t.test('another’s upload does not exist, except for managers', async (t) => {
  const [ana, ben, max] = [await media.person(), await media.person(), await media.person('manager')]
  const { id } = await pending(ana)
  for (const params of [{ id }, { id: crypto.randomUUID() }]) {
    for (const endpoint of [uploads.read, uploads.preview, uploads.confirm, uploads.remove]) {
      const answer = await ben.call(endpoint, { params })
      t.match(answer, { status: 404, body: { code: 'upload-not-found' } }, endpoint.id)
    }
  }
  for (const other of ['1', 'not-an-id', '%00', '../../etc', 'x'.repeat(290)]) {
    const answer = await ben.call(uploads.read, { params: { id: other } })
    t.match(answer, { status: 400, body: { code: 'validation-failed' } }, other.slice(0, 20))
  }
  t.match(await ben.call(uploads.list, { query: { userId: ana.id } }), { status: 403 })
  t.match(await max.call(uploads.read, { params: { id } }), { status: 200, body: { userId: ana.id } })
  t.match(await max.call(uploads.confirm, { params: { id } }), { status: 202 })
  const [, confirmed] = await media.deps.db
    .selectFrom('upload_events')
    .selectAll()
    .where('upload_id', '=', id)
    .orderBy('seq')
    .execute()
  t.match(confirmed, { actor_id: max.id, ip: '127.0.0.1' }, 'the trail names the manager')
})

t.test('a closed upload cannot be confirmed: expired, discarded', async (t) => {
  const ana = await media.person()
  const late = await pending(ana)
  await expire(late.id)
  t.match(await ana.call(uploads.confirm, { params: { id: late.id } }), {
    status: 410,
    body: { code: 'upload-expired' },
  })
  t.match(await ana.call(uploads.remove, { params: { id: late.id } }), {
    status: 410,
    body: { code: 'upload-expired' },
  })
  t.match(await ana.call(uploads.preview, { params: { id: late.id } }), {
    status: 410,
    body: { code: 'upload-expired' },
  })

  const cancelled = await pending(ana)
  t.match(await ana.call(uploads.remove, { params: { id: cancelled.id } }), { status: 204 })
  t.match(await ana.call(uploads.remove, { params: { id: cancelled.id } }), { status: 204 }, 'again is quiet')
  t.match(await ana.call(uploads.confirm, { params: { id: cancelled.id } }), {
    status: 410,
    body: { code: 'upload-discarded' },
  })
  t.match(await ana.call(uploads.read, { params: { id: cancelled.id } }), {
    body: { status: 'discarded', closedAt: /Z$/, previewUrl: null },
  })
  const left = (await blobs(media)).filter((key) => key.includes(cancelled.id))
  t.strictSame(left, [], 'its files are gone')

  const confirmed = await pending(ana)
  await ana.call(uploads.confirm, { params: { id: confirmed.id } })
  t.match(await ana.call(uploads.remove, { params: { id: confirmed.id } }), {
    status: 409,
    body: { code: 'not-pending' },
  })
})

t.test('confirm racing discard: one wins, the other is told', async (t) => {
  const ana = await media.person()
  for (let round = 0; round < 10; round += 1) {
    const { id } = await pending(ana)
    const [confirm, discard] = await Promise.all([
      ana.call(uploads.confirm, { params: { id } }),
      ana.call(uploads.remove, { params: { id } }),
    ])
    const { status } = (await ana.call(uploads.read, { params: { id } })).body
    if (status === 'confirmed') {
      t.match([confirm, discard], [{ status: 202 }, { status: 409, body: { code: 'not-pending' } }])
    } else {
      t.match([confirm, discard], [{ status: 410, body: { code: 'upload-discarded' } }, { status: 204 }])
    }
    t.strictSame(await eventsOf(media, id), ['uploaded', status], 'one event per transition')
  }
})

t.test('Prefer: wait answers 202 when time is up, and ends when the client leaves', async (t) => {
  const ana = await media.person()
  const { id } = await pending(ana)
  const waited = await ana.call(uploads.confirm, { params: { id }, headers: { prefer: 'wait=1' } })
  t.match(waited, { status: 202, body: { status: 'confirmed' } })
  t.equal(waited.headers.get('preference-applied'), 'wait=1')
})

t.test('the crop is what is published, upright', async (t) => {
  const own = await startMedia(t)
  await own.work()
  const ana = await own.person()
  const bytes = await quarters(200, 100).jpeg({ quality: 95 }).withMetadata({ orientation: 8 }).toBuffer()
  const { body: upload } = await ana.call(uploads.create, { body: form(bytes) })
  t.match(upload, { width: 100, height: 200 }, 'upright sizes')
  // Turned by 270°, the right column is on top, and the lower half shows the former left column.
  const crop = { x: 0, y: 100, width: 100, height: 100 }
  const done = await andWait(ana, uploads.confirm, upload.id, { crop })
  t.match(done, { status: 200, body: { status: 'published', crop } })
  const variant = await ana.call(avatars.serve, {
    params: { userId: ana.id },
    query: { size: 128, format: 'webp' },
  })
  t.equal(await readQuarters(variant.body), 'rbrb')
})

t.test(
  'a picture that will not decode is rejected, or fails when confirmed before that was known',
  async (t) => {
    const own = await startMedia(t)
    const ana = await own.person()
    const whole = await quarters(600, 600).png().toBuffer()
    const broken = whole.subarray(0, Math.floor(whole.length / 2))
    const { body: first } = await ana.call(uploads.create, { body: form(broken) })
    const { body: second } = await ana.call(uploads.create, { body: form(broken) })
    t.equal(first.status, 'pending', 'its header is fine')
    const wait = { prefer: 'wait=30' }
    const confirmed = ana.call(uploads.confirm, { params: { id: second.id }, headers: wait })
    await waitFor(async () => {
      const { body } = await ana.call(uploads.read, { params: { id: second.id } })
      return body.isConfirmed
    })
    await own.work()
    const settled = (id: string) =>
      waitFor(async () => {
        const { body } = await ana.call(uploads.read, { params: { id } })
        return body.closedAt !== null && body
      })
    t.match(await settled(first.id), {
      status: 'rejected',
      failure: { code: 'invalid-image' },
      previewUrl: null,
    })
    const failed = { status: 'failed', failure: { code: 'invalid-image' } }
    const accepted = { status: 202, body: { status: /^(failed|confirmed)$/ } }
    t.match(await confirmed, accepted, 'accepted, and not live')
    t.match(await settled(second.id), failed)
    t.match(await ana.call(uploads.confirm, { params: { id: first.id } }), {
      status: 410,
      body: { code: 'upload-rejected' },
    })
    t.match(await ana.call(uploads.confirm, { params: { id: second.id } }), {
      status: 409,
      body: { code: 'upload-failed' },
    })
    t.match(await ana.call(uploads.preview, { params: { id: second.id } }), {
      status: 409,
      body: { code: 'upload-failed' },
    })
  },
)
