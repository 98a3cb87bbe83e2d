import { createHash } from 'node:crypto'
import { addressOf } from '@likeness/contracts'
import { uploads } from '@likeness/contracts/endpoints'
import { startS3 } from '@likeness/storage/testing'
import { waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { theWorker } from '../database/actor.js'
import { confirmPending } from '../database/upload-transitions.js'
import { form, jpeg } from '../testing/pictures.js'
import { openConnection, uploadHead } from '../testing/raw-connection.js'
import { type Media, startMedia } from '../testing/start-media.js'
import { blobs, publish } from '../testing/steps.js'
import { directKey, originalKey } from './upload-files.js'

type Person = Awaited<ReturnType<Media['person']>>

/** A JPEG of exactly this many bytes: readers ignore what follows the end marker. */
async function pictureOf(bytes: number): Promise<Buffer> {
  const small = await jpeg()
  return Buffer.concat([small, Buffer.alloc(bytes - small.length)])
}

const send = (person: Person, picture: Buffer, query: { replace?: 'oldest' } = {}) =>
  person.call(uploads.create, { query, body: picture, headers: { 'content-type': 'image/jpeg' } })

const tenKb = await pictureOf(10_000)
const unbounded = { PENDING_PER_USER: '1000', UPLOADS_PER_10_MINUTES: '1000', RECEIVING_PER_USER: '1000' }

t.test('the quota of bytes is exact under 100 parallel uploads', async (t) => {
  const media = await startMedia(t, { config: { ...unbounded, STORED_BYTES_PER_USER: '70500' } })
  const person = await media.person()
  const other = await media.person()
  const answers = await Promise.all([
    ...Array.from({ length: 100 }, () => send(person, tenKb)),
    ...Array.from({ length: 3 }, () => send(other, tenKb)),
  ])
  const mine = answers.slice(0, 100)
  t.equal(mine.filter(({ status }) => status === 201).length, 7)
  const refused = mine.filter(({ status }) => status !== 201)
  t.ok(refused.every(({ status, body }) => status === 403 && body.code === 'quota-exceeded'))
  t.match(refused[0]?.body.detail, /70000 of 70500 bytes/)
  t.ok(
    answers.slice(100).every(({ status }) => status === 201),
    'each user has a quota of their own',
  )
  t.equal((await blobs(media)).length, 7 + 3, 'nothing of a refused one is kept')
  const rows = await media.deps.db
    .selectFrom('uploads')
    .select('id')
    .where('user_id', '=', person.id)
    .execute()
  t.equal(rows.length, 7)

  const first = mine.find(({ status }) => status === 201)?.body.id
  t.equal((await person.call(uploads.remove, { params: { id: first ?? '' } })).status, 204)
  t.equal((await send(person, await pictureOf(10_501))).status, 403)
  t.equal((await send(person, await pictureOf(10_500))).status, 201, 'to the byte')
})

t.test('the pending limit is exact under 100 parallel uploads, replacing or not', async (t) => {
  const media = await startMedia(t, { config: { ...unbounded, PENDING_PER_USER: '5' } })
  const [person, replacing] = [await media.person(), await media.person()]
  const answers = await Promise.all(Array.from({ length: 100 }, () => send(person, tenKb)))
  t.equal(answers.filter(({ status }) => status === 201).length, 5)
  t.ok(answers.filter(({ status }) => status !== 201).every(({ body }) => body.code === 'too-many-pending'))

  const mine = await blobs(media)
  t.equal(mine.length, 5)
  const all = await Promise.all(
    Array.from({ length: 100 }, () => send(replacing, tenKb, { replace: 'oldest' })),
  )
  t.ok(all.every(({ status }) => status === 201))
  const pending = await media.deps.db
    .selectFrom('uploads')
    .select('id')
    .where('user_id', '=', replacing.id)
    .where('status', '=', 'pending')
    .execute()
  t.equal(pending.length, 5)
  t.strictSame(
    (await blobs(media)).filter((key) => !mine.includes(key)),
    pending.map(originalKey).sort(),
    'their originals and no others',
  )
})

t.test('one confirmed just as it is to be replaced makes the room itself', async (t) => {
  const media = await startMedia(t, { config: { PENDING_PER_USER: '2' } })
  const person = await media.person()
  const [oldest, other] = [(await send(person, tenKb)).body.id, (await send(person, tenKb)).body.id]
  const { db } = media.deps
  const { replacing } = await db.transaction().execute(async (trx) => {
    const choice = { crop: undefined, altText: undefined, sha256: undefined }
    await confirmPending(trx, { user_id: person.id, id: oldest }, choice, theWorker)
    const replacing = send(person, tenKb, { replace: 'oldest' })
    await waitFor(async () => {
      const waiting = sql`select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
      return (await waiting.execute(db)).rows.length > 0
    })
    return { replacing }
  })
  t.equal((await replacing).status, 201)
  t.match(await person.call(uploads.read, { params: { id: oldest } }), { body: { status: 'confirmed' } })
  t.match(await person.call(uploads.read, { params: { id: other } }), { body: { status: 'pending' } })
})

t.test('the bytes of a replaced upload make room for the new one', async (t) => {
  const media = await startMedia(t, { config: { PENDING_PER_USER: '1', STORED_BYTES_PER_USER: '15000' } })
  const person = await media.person()
  const { body: old } = await send(person, tenKb)
  t.match(await send(person, await pictureOf(15_001), { replace: 'oldest' }), {
    status: 403,
    body: { code: 'quota-exceeded' },
  })
  const { body: kept } = await person.call(uploads.read, { params: { id: old.id } })
  t.equal(kept.status, 'pending', 'a refusal replaces nothing')
  t.equal((await send(person, await pictureOf(15_000), { replace: 'oldest' })).status, 201)
})

t.test('past versions count until they are erased; another crop takes a copy', async (t) => {
  const media = await startMedia(t, { config: { STORED_BYTES_PER_USER: '25000' } })
  await media.work()
  const person = await media.person()
  const first = await publish(person, tenKb)
  await publish(person, tenKb)
  const crop = { x: 0, y: 0, width: 20, height: 20 }
  const recrop = () => person.call(uploads.restore, { params: { id: first.id }, body: { crop } })
  t.match(await recrop(), { status: 403, body: { code: 'quota-exceeded' } })
  t.match(await send(person, tenKb), { status: 403, body: { code: 'quota-exceeded' } })
  t.equal((await person.call(uploads.remove, { params: { id: first.id } })).status, 204)
  t.equal((await send(person, tenKb)).status, 201)
})

t.test('bytes announced for a direct upload count until it ends', async (t) => {
  const s3 = await startS3(t)
  const media = await startMedia(t, {
    config: { STORAGE_URL: s3.url('pictures'), STORED_BYTES_PER_USER: '25000' },
  })
  const person = await media.person()
  const announce = (bytes: number) =>
    person.call(uploads.createDirect, {
      body: {
        filename: 'a.jpg',
        contentType: 'image/jpeg',
        bytes,
        sha256: createHash('sha256').update(tenKb).digest('hex'),
      },
    })
  t.equal((await announce(20_000)).status, 201)
  t.match(await announce(10_000), { status: 403, body: { code: 'quota-exceeded' } })
  t.match(await send(person, tenKb), { status: 403, body: { code: 'quota-exceeded' } })
  t.equal((await send(person, await pictureOf(5_000))).status, 201)
})

t.test('refused uploads count towards the rate, exactly, in two processes', async (t) => {
  const config = { RECEIVING_PER_USER: '1000', UPLOADS_PER_10_MINUTES: '7' }
  const media = await startMedia(t, { config })
  const processes = [media, await media.serve()]
  const [person, other] = [await media.person(), await media.person()]
  const picture = await jpeg()
  t.equal((await send(person, picture)).status, 201)
  const bodies = [
    form(Buffer.from('no picture')),
    form(picture, 'a.jpg', 'other'),
    form(picture.subarray(0, 100)),
  ]
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, turn) =>
      fetch(`${processes[turn % 2]?.url}${addressOf(uploads.create)}`, {
        method: 'POST',
        headers: { authorization: person.authorization },
        body: bodies[turn % 3] ?? null,
      }),
    ),
  )
  const statuses = answers.map(({ status }) => status)
  t.strictSame(
    statuses.filter((status) => ![400, 415, 422, 429].includes(status)),
    [],
  )
  t.equal(statuses.filter((status) => status === 429).length, 14, 'six more in ten minutes')

  for (const { url } of processes) {
    const { send, answer } = await openConnection(t, url)
    await send(uploadHead(person.authorization, { 'content-type': 'image/jpeg', 'content-length': 10 }))
    const { status, headers } = await answer()
    t.equal(status, 429, 'before a byte is read')
    t.ok(Number(headers['retry-after']) > 500)
  }
  t.equal((await send(other, picture)).status, 201)
})

t.test('a direct upload whose bytes are refused still counts', async (t) => {
  const s3 = await startS3(t)
  const config = { STORAGE_URL: s3.url('pictures/refused'), UPLOADS_PER_10_MINUTES: '1' }
  const media = await startMedia(t, { config })
  const person = await media.person()
  const bytes = Buffer.from('no picture')
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const announce = () =>
    person.call(uploads.createDirect, {
      body: {
        filename: 'a.jpg',
        contentType: 'image/jpeg',
        bytes: bytes.length,
        sha256,
      },
    })
  const { body } = await announce()
  await media.deps.storage.put(directKey(body), bytes)
  t.match(await person.call(uploads.completeDirect, { params: { id: body.id } }), { status: 415 })
  t.match(await announce(), { status: 429, body: { code: 'rate-limited' } })
})
