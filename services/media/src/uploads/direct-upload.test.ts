import { createHash } from 'node:crypto'
import { addressOf, type DirectUpload } from '@likeness/contracts'
import { avatars, moderation, uploads } from '@likeness/contracts/endpoints'
import { openStorage } from '@likeness/storage'
import { startS3 } from '@likeness/storage/testing'
import { openCalls, waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { eraseUser } from '../erasure/erase-user.job.js'
import { form, jpeg, quarters, readQuarters } from '../testing/pictures.js'
import { type Media, startMedia } from '../testing/start-media.js'
import { andWait, blobs } from '../testing/steps.js'
import { collectGarbage } from '../upkeep/collect-garbage.js'
import { expireUploads } from '../upkeep/expire-uploads.js'
import { directKey, originalKey } from './upload-files.js'

const s3 = await startS3(t)
let buckets = 0
const onS3 = (t: Test, config: Record<string, string> = {}): Promise<Media> =>
  startMedia(t, { config: { STORAGE_URL: s3.url(`pictures/${buckets++}`), ...config } })

type Person = Awaited<ReturnType<Media['person']>>

const announcementOf = (bytes: Buffer) => ({
  filename: '../me.png',
  contentType: 'image/png',
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
})

const announce = (person: Person, bytes: Buffer, query: { userId?: string; replace?: 'oldest' } = {}) =>
  person.call(uploads.createDirect, { query, body: announcementOf(bytes) })

/** Sends the form as a browser does. */
async function send({ url, fields }: DirectUpload, bytes: Buffer): Promise<void> {
  const body = new FormData()
  for (const [name, value] of Object.entries(fields)) body.append(name, value)
  body.append('file', new Blob([new Uint8Array(bytes)]), 'me.png')
  const answer = await fetch(url, { method: 'POST', body })
  if (answer.status !== 204) throw new Error(`The storage answered ${answer.status}`)
}

const complete = (person: Person, id: string) => person.call(uploads.completeDirect, { params: { id } })

const refusal = (status: number, code: string) => ({ status, body: { status, code } })

t.test('a picture sent straight to the storage becomes the avatar', async (t) => {
  const media = await onS3(t)
  await media.work()
  const person = await media.person()
  const bytes = await quarters(300, 300).png().toBuffer()
  const announced = await announce(person, bytes)
  t.equal(announced.status, 201)
  const { id, expiresAt } = announced.body
  t.ok(Math.abs(Date.parse(expiresAt) - Date.now() - 900_000) < 60_000)
  t.match(await person.call(uploads.read, { params: { id } }), refusal(404, 'upload-not-found'), 'none yet')

  await send(announced.body, bytes)
  const completed = await complete(person, id)
  t.match(completed, {
    status: 201,
    body: { id, status: 'pending', originalFilename: 'me.png', format: 'png', bytes: bytes.length },
  })
  t.match(completed.headers.get('location'), addressOf(uploads.read, { params: { id } }))
  t.notOk((await blobs(media)).some((key) => key.endsWith('.direct')))
  const live = await andWait(person, uploads.confirm, id)
  t.match(live, { status: 200, body: { status: 'published' } })
  const picture = await person.call(avatars.serve, {
    params: { userId: person.id },
    query: { size: 128, format: 'webp' },
  })
  t.equal(await readQuarters(picture.body), 'rgby')
  t.match(await complete(person, id), { status: 200, body: { id, status: 'published' } }, 'a repetition')
})

t.test('a disk takes no direct uploads', async (t) => {
  const media = await startMedia(t)
  const person = await media.person()
  t.match(await announce(person, await jpeg()), refusal(409, 'direct-upload-unavailable'))
  t.match(await complete(person, crypto.randomUUID()), refusal(404, 'upload-not-found'))
})

t.test('announcements that are refused', async (t) => {
  const media = await onS3(t)
  const person = await media.person()
  const good = announcementOf(await jpeg())
  const post = (body: object) => person.send('POST', addressOf(uploads.createDirect), { body })
  t.match(await post({ ...good, bytes: media.config.IMAGE_MAX_BYTES + 1 }), refusal(413, 'image-too-large'))
  for (const wrong of [
    { bytes: 0 },
    { bytes: 1.5 },
    { sha256: 'abc' },
    { contentType: 'text/html' },
    { contentType: 'image/png\r\nx: y' },
    { key: 'elsewhere' },
  ]) {
    t.match(await post({ ...good, ...wrong }), refusal(400, 'validation-failed'), JSON.stringify(wrong))
  }
  const query = { userId: crypto.randomUUID() }
  t.match(await announce(person, await jpeg(), query), refusal(403, 'forbidden'))
  const max = await media.person('manager')
  t.match(await announce(max, await jpeg(), query), refusal(404, 'user-not-found'))
  const anonymous = await openCalls(media.url).call(uploads.createDirect, { body: good })
  t.equal(anonymous.status, 401)
})

t.test('only the announced bytes will do', async (t) => {
  const media = await onS3(t)
  const person = await media.person()
  const bytes = await jpeg()
  const { body } = await announce(person, bytes)
  t.match(await complete(person, body.id), refusal(409, 'direct-upload-missing'))
  await send(body, Buffer.concat([bytes, Buffer.alloc(1)]))
  t.match(await complete(person, body.id), refusal(409, 'direct-upload-mismatch'), 'another size')
  await send(body, Buffer.alloc(bytes.length))
  t.match(await complete(person, body.id), refusal(409, 'direct-upload-mismatch'), 'another hash')
  await send(body, bytes)
  t.equal((await complete(person, body.id)).status, 201, 'sent again as announced')
})

t.test('bytes that are not a picture leave nothing', async (t) => {
  const media = await onS3(t)
  const person = await media.person()
  const text = Buffer.from('<!doctype html><script>alert(1)</script>')
  const { body } = await announce(person, text)
  await send(body, text)
  t.match(await complete(person, body.id), refusal(415, 'unsupported-image'))
  t.match(await complete(person, body.id), refusal(404, 'upload-not-found'))
  t.strictSame(await blobs(media), [])
})

t.test('bytes that operators blocked are refused when they have arrived, and leave nothing', async (t) => {
  const media = await onS3(t)
  const [person, max] = [await media.person(), await media.person('manager')]
  const bytes = await quarters(200, 200).png().toBuffer()
  const shown = (await person.call(uploads.create, { body: form(bytes) })).body
  const act = { uploadId: shown.id, reason: 'Spam', block: true }
  const { seen } = (await max.call(moderation.takeDown, { query: { dryRun: 'true' }, body: act })).body
  // Announced before it is blocked, and after.
  const early = (await announce(person, bytes)).body
  await send(early, bytes)
  t.equal((await max.call(moderation.takeDown, { body: { ...act, seen } })).status, 201)
  const late = (await announce(person, bytes)).body
  await send(late, bytes)
  const { db } = media.deps
  const rows = () =>
    Promise.all(
      (['uploads', 'upload_facts', 'upload_events', 'direct_uploads', 'looks'] as const).map(
        async (table) => {
          const { rows: found } = await sql<{
            n: number
          }>`select count(*)::int as n from ${sql.table(table)}`.execute(db)
          return found[0]?.n
        },
      ),
    )
  const before = await rows()
  t.equal((await blobs(media)).length, 2, 'the bytes of both have arrived')
  for (const { id } of [early, late]) {
    t.match(await complete(person, id), refusal(422, 'blocked-image'))
    t.match(await complete(person, id), refusal(404, 'upload-not-found'), 'the announcement is void')
    t.match(await person.call(uploads.read, { params: { id } }), refusal(404, 'upload-not-found'))
  }
  t.strictSame(await blobs(media), [])
  const [uploads_, facts, events, direct = 0, looks] = before
  t.strictSame(await rows(), [uploads_, facts, events, direct - 2, looks])
  const refused = await db.selectFrom('refused_uploads').select(['id', 'code']).execute()
  t.strictSame(
    refused.map(({ code }) => code),
    ['blocked-image', 'blocked-image'],
    'they count, towards the rate',
  )
})

t.test('one of many completions at once makes the upload', async (t) => {
  const media = await onS3(t, { RECEIVING_PER_USER: '8' })
  const person = await media.person()
  const bytes = await jpeg()
  const { body } = await announce(person, bytes)
  await send(body, bytes)
  const answers = await Promise.all(Array.from({ length: 8 }, () => complete(person, body.id)))
  t.equal(answers.filter(({ status }) => status === 201).length, 1)
  t.equal(answers.filter(({ status }) => status === 200).length, 7)
  t.ok(answers.every((answer) => answer.body.id === body.id))
  const events = await media.deps.db.selectFrom('upload_events').select('type').execute()
  t.strictSame(events, [{ type: 'uploaded' }])
  t.strictSame(await blobs(media), [originalKey(body)])
})

t.test('a completion that comes late to the bytes finds the upload made of them', async (t) => {
  const place = s3.url(`pictures/${buckets++}`)
  const storage = openStorage(place)
  let goOn = () => {}
  let held: Promise<void> | undefined = new Promise((resolve) => {
    goOn = resolve
  })
  const holdingOnce = {
    ...storage,
    async *list(prefix: string) {
      const wait = held
      held = undefined
      await wait
      yield* storage.list(prefix)
    },
  }
  const media = await startMedia(t, { config: { STORAGE_URL: place }, overrides: { storage: holdingOnce } })
  const person = await media.person()
  const bytes = await jpeg()
  const { body } = await announce(person, bytes)
  await send(body, bytes)
  const late = complete(person, body.id)
  await waitFor(() => held === undefined)
  t.match(await complete(person, body.id), { status: 201 })
  goOn()
  t.match(await late, { status: 200, body: { id: body.id, status: 'pending' } })
})

t.test('a cancelled one leaves nothing and frees its place', async (t) => {
  const media = await onS3(t, { PENDING_PER_USER: '1' })
  const [ana, ben] = [await media.person(), await media.person()]
  const bytes = await jpeg()
  const { body } = await announce(ana, bytes)
  await send(body, bytes)
  t.match(await ben.call(uploads.remove, { params: { id: body.id } }), refusal(404, 'upload-not-found'))
  t.equal((await ana.call(uploads.remove, { params: { id: body.id } })).status, 204)
  t.strictSame(await blobs(media), [])
  t.match(await complete(ana, body.id), refusal(404, 'upload-not-found'))
  t.equal((await announce(ana, bytes)).status, 201)
})

t.test('others do not see it; managers may act for them', async (t) => {
  const media = await onS3(t)
  const [ana, ben, max] = [await media.person(), await media.person(), await media.person('manager')]
  const bytes = await jpeg()
  const { body } = await announce(max, bytes, { userId: ana.id })
  await send(body, bytes)
  t.match(await complete(ben, body.id), refusal(404, 'upload-not-found'))
  t.match(await complete(max, body.id), { status: 201, body: { userId: ana.id } })
  t.match(await complete(ana, body.id), { status: 200 })
})

t.test('an announced upload counts as pending, exactly', async (t) => {
  const media = await onS3(t, { PENDING_PER_USER: '3' })
  const person = await media.person()
  const bytes = await jpeg()
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      index % 2 === 0 ? announce(person, bytes) : person.call(uploads.create, { body: form(bytes) }),
    ),
  )
  t.equal(answers.filter(({ status }) => status === 201).length, 3)
  t.ok(answers.every(({ status }) => status === 201 || status === 429))

  const other = await media.person()
  const announced = []
  for (let count = 0; count < 2; count += 1) announced.push((await announce(other, bytes)).body)
  t.equal((await other.call(uploads.create, { body: form(bytes) })).status, 201)
  t.match(await announce(other, bytes), refusal(429, 'too-many-pending'))
  const replacing = await announce(other, bytes, { replace: 'oldest' })
  t.equal(replacing.status, 201, 'the one that can be replaced')
  t.match(await announce(other, bytes, { replace: 'oldest' }), refusal(429, 'too-many-pending'))
  for (const one of [...announced, replacing.body]) {
    await send(one, bytes)
    t.equal((await complete(other, one.id)).status, 201, 'it has had its place')
  }
  t.match(await announce(other, bytes), refusal(429, 'too-many-pending'))
})

t.test('announced uploads are limited per ten minutes, completed or not', async (t) => {
  const media = await onS3(t, { UPLOADS_PER_10_MINUTES: '2' })
  const person = await media.person()
  const bytes = await jpeg()
  const first = await announce(person, bytes)
  t.equal((await announce(person, bytes)).status, 201)
  t.match(await announce(person, bytes), refusal(429, 'rate-limited'))
  await send(first.body, bytes)
  t.equal((await complete(person, first.body.id)).status, 201)
  t.match(await person.call(uploads.create, { body: form(bytes) }), refusal(429, 'rate-limited'))
})

t.test('abandoned ones expire, and their bytes go', async (t) => {
  const media = await onS3(t, { PENDING_PER_USER: '1' })
  const person = await media.person()
  const bytes = await jpeg()
  const { body } = await announce(person, bytes)
  await send(body, bytes)
  const deps = await media.upkeep()
  t.strictSame(await expireUploads(deps, { dryRun: false }), { expired: 0, abandoned: 0 })
  await media.deps.db
    .updateTable('direct_uploads')
    .set({ expires_at: sql<Date>`now() - interval '1 second'` })
    .execute()
  t.match(await complete(person, body.id), refusal(410, 'upload-expired'))
  t.equal((await announce(person, bytes)).status, 201, 'its place is free')
  t.strictSame(await expireUploads(deps, { dryRun: true }), { expired: 0, abandoned: 1 })
  t.equal((await blobs(media)).length, 1)
  t.strictSame(await expireUploads(deps, { dryRun: false }), { expired: 0, abandoned: 1 })
  t.strictSame(await blobs(media), [])
  t.match(await complete(person, body.id), refusal(404, 'upload-not-found'))
})

t.test('bytes sent again after completion are garbage; awaited ones are not', async (t) => {
  const media = await onS3(t)
  const person = await media.person()
  const bytes = await jpeg()
  const done = await announce(person, bytes)
  await send(done.body, bytes)
  t.equal((await complete(person, done.body.id)).status, 201)
  await send(done.body, Buffer.from('something else'))
  const awaited = await announce(person, bytes)
  await send(awaited.body, bytes)
  const deps = await media.upkeep({ GARBAGE_GRACE_SECONDS: '0' })
  t.match(await collectGarbage(deps, { dryRun: false }), { blobs: 1, bytes: 14 })
  t.strictSame(await blobs(media), [originalKey(done.body), directKey(awaited.body)].toSorted())
})

t.test('the erasure of a user removes it', async (t) => {
  const media = await onS3(t)
  const person = await media.person()
  const bytes = await jpeg()
  const { body } = await announce(person, bytes)
  await send(body, bytes)
  await eraseUser(await media.upkeep(), { userId: person.id })
  t.strictSame(await blobs(media), [])
  t.match(await complete(person, body.id), refusal(404, 'upload-not-found'))
})
