import { addressOf, type Upload } from '@likeness/contracts'
import { uploads } from '@likeness/contracts/endpoints'
import { type Answer, waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { eraseUser } from '../erasure/erase-user.job.js'
import { form, jpeg } from '../testing/pictures.js'
import { type Media, startMedia } from '../testing/start-media.js'
import { blobs, blobsOf, eventsOf, settled, upload } from '../testing/steps.js'
import { prune } from '../upkeep/prune.js'
import { originalKey } from '../uploads/upload-files.js'

const media: Media = await startMedia(t, {
  config: { PENDING_PER_USER: '3', RECEIVING_PER_USER: '100' },
})
const picture = await jpeg(120, 80)
type Person = Awaited<ReturnType<Media['person']>>

const send = (person: Person, key: string, bytes = picture, query = '') =>
  person.send<Upload>('POST', `${addressOf(uploads.create)}${query}`, {
    body: form(bytes),
    headers: { 'idempotency-key': key },
  })

const replayed = (answer: Answer<unknown>) => answer.headers.get('idempotency-replayed')

const uploadsOf = async (person: Person) =>
  media.deps.db.selectFrom('uploads').select(['id']).where('user_id', '=', person.id).execute()

/** Brings a person's only key into the state in which a process that died long ago leaves it. */
const forget = (person: Person, made: boolean) =>
  sql`
    update idempotency_keys set status = null, location = null, body = null, leased_until = now(),
      upload_id = case when ${made} then upload_id end
    where caller_id = ${person.id}`.execute(media.deps.db)

t.test('the same request again: the first answer again, and one upload', async (t) => {
  const ana = await media.person()
  const first = await send(ana, 'a key')
  t.equal(first.status, 201)
  t.equal(replayed(first), null)
  t.match(first.body, { status: 'pending', width: 120 })
  await ana.call(uploads.confirm, { params: { id: first.body.id } })
  const again = await send(ana, 'a key')
  t.equal(again.status, 201)
  t.equal(replayed(again), 'true')
  t.strictSame(again.bytes, first.bytes, 'as it was, byte for byte')
  for (const name of ['location', 'content-type']) t.equal(again.headers.get(name), first.headers.get(name))
  const raw = await ana.send('POST', addressOf(uploads.create, { query: { filename: 'photo.jpg' } }), {
    body: picture,
    headers: {
      'content-type': 'image/jpeg',
      'idempotency-key': 'a key',
    },
  })
  t.strictSame(raw.bytes, first.bytes, 'raw bytes of the same picture and name are the same request')
  t.equal((await uploadsOf(ana)).length, 1)
  t.equal((await blobsOf(media, ana.id)).length, 1)
  t.strictSame((await send(ana, 'another key')).status, 201, 'another key is another action')
})

t.test('another request with the same key is refused, another’s key is another', async (t) => {
  const [ana, ben, max] = [await media.person(), await media.person(), await media.person('manager')]
  const first = await send(ana, 'k')
  const others = [
    await send(ana, 'k', await jpeg(121, 80)),
    await send(ana, 'k', picture, '?replace=oldest'),
    await ana.call(uploads.create, { body: form(picture, 'other.jpg'), headers: { 'idempotency-key': 'k' } }),
    await ana.call(uploads.confirm, { params: { id: first.body.id }, headers: { 'idempotency-key': 'k' } }),
  ]
  for (const other of others) t.match(other, { status: 422, body: { code: 'idempotency-key-reused' } })
  const bens = await send(ben, 'k')
  t.match(bens, { status: 201, body: { userId: ben.id } })
  t.equal(replayed(bens), null)
  const forAna = await send(max, 'k', picture, `?userId=${ana.id}`)
  t.match(forAna, { status: 201, body: { userId: ana.id } }, 'a manager’s for Ana neither')
  t.not(forAna.body.id, first.body.id)
  t.match(await send(max, 'k', picture, `?userId=${ben.id}`), { status: 422 })
})

t.test('valid and invalid keys', async (t) => {
  const ana = await media.person()
  for (const key of ['', 'é', 'a\tb', 'x'.repeat(256)]) {
    const errors = [{ path: 'idempotency-key' }]
    t.match(await send(ana, key), { status: 400, body: { code: 'validation-failed', errors } }, key)
  }
  t.equal((await send(ana, '"8e03978e-40d5-43dd-bc93-6894a57f9324"')).status, 201)
  t.equal((await send(ana, '~'.repeat(255))).status, 201)
  const read = await ana.call(uploads.list, { headers: { 'idempotency-key': 'é' } })
  t.equal(read.status, 200, 'elsewhere it means nothing')
})

t.test('20 at once in two processes make one', async (t) => {
  const ana = await media.person()
  const other = await media.serve()
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      fetch(`${index % 2 ? other.url : media.url}${addressOf(uploads.create)}`, {
        method: 'POST',
        headers: { authorization: ana.authorization, 'idempotency-key': 'k' },
        body: form(picture),
      }),
    ),
  )
  const bodies = await Promise.all(
    answers.map(async (one) => ({ status: one.status, text: await one.text() })),
  )
  const made = bodies.filter(({ status }) => status === 201)
  t.equal(new Set(made.map(({ text }) => text)).size, 1)
  t.equal(answers.filter((one) => one.status === 201 && !one.headers.has('idempotency-replayed')).length, 1)
  for (const { status, text } of bodies.filter((one) => one.status !== 201)) {
    t.equal(status, 409)
    t.match(JSON.parse(text), { code: 'request-in-progress' })
  }
  t.equal((await uploadsOf(ana)).length, 1)
})

t.test('a process that died: after its commit the upload is found, before it another is made', async (t) => {
  const ana = await media.person()
  const first = await send(ana, 'k')
  await forget(ana, true)
  const found = await send(ana, 'k')
  t.match(found, { status: 201, body: { id: first.body.id } })
  t.equal(replayed(found), null)
  t.equal(found.headers.get('location'), first.headers.get('location'))
  t.strictSame((await send(ana, 'k')).bytes, found.bytes)
  t.strictSame(await uploadsOf(ana), [{ id: first.body.id }])

  const ben = await media.person()
  const lost = await send(ben, 'k')
  await sql`select erase_trail(${ben.id})`.execute(media.deps.db)
  await media.deps.db.deleteFrom('uploads').where('user_id', '=', ben.id).execute()
  await forget(ben, false)
  t.match(await send(ben, 'k', await jpeg(99, 99)), { status: 422 }, 'still the key of that request')
  const again = await send(ben, 'k')
  t.equal(again.status, 201)
  t.strictSame(await uploadsOf(ben), [{ id: again.body.id }])
  t.not(again.body.id, lost.body.id)
  t.strictSame((await send(ben, 'k')).bytes, again.bytes)
})

t.test('a process that only seemed dead makes nothing more, and harms nothing', async (t) => {
  const ana = await media.person()
  const isClaimed = async () => {
    const keys = await media.deps.db
      .selectFrom('idempotency_keys')
      .select(['lease', 'leased_until'])
      .where('caller_id', '=', ana.id)
      .execute()
    return keys[0]
  }
  const before = await blobs(media)
  const stored = (count: number) => waitFor(async () => (await blobs(media)).length === before.length + count)
  const { slow, later } = await media.deps.db.transaction().execute(async (trx) => {
    // No one can commit an upload of hers while this transaction lasts.
    await sql`select pg_advisory_xact_lock(hashtextextended(${ana.id}, 0))`.execute(trx)
    const slow = send(ana, 'k')
    const claimed = await waitFor(isClaimed)
    const running = await send(ana, 'k')
    t.match(running, { status: 409, body: { code: 'request-in-progress' } })
    t.match(running.headers.get('retry-after'), /^\d+$/)
    await stored(1)
    await forget(ana, false)
    const later = send(ana, 'k')
    await waitFor(async () => (await isClaimed())?.lease !== claimed.lease)
    await stored(2)
    return { slow, later }
  })
  t.match(await slow, { status: 409, body: { code: 'request-in-progress' } })
  const { status, body } = await later
  t.equal(status, 201)
  t.strictSame(await uploadsOf(ana), [{ id: body.id }])
  t.strictSame(await blobs(media), [...before, originalKey(body)].toSorted())
  t.equal(replayed(await send(ana, 'k')), 'true')
})

t.test('a refusal keeps nothing: the key is free', async (t) => {
  const ana = await media.person()
  t.match(await send(ana, 'k', Buffer.from('no picture')), { status: 415 })
  const { body } = await send(ana, 'k')
  await upload(ana)
  await upload(ana)
  t.match(await send(ana, 'l'), { status: 429, body: { code: 'too-many-pending' } })
  await ana.call(uploads.remove, { params: { id: body.id } })
  t.equal((await send(ana, 'l')).status, 201)
  const confirm = (choice: object) =>
    ana.call(uploads.confirm, { params: { id: body.id }, body: choice, headers: { 'idempotency-key': 'm' } })
  t.match(await confirm({}), { status: 410 })
  t.match(await confirm({ altText: 'other' }), { status: 410 })
})

t.test('a key that could not be freed just then is freed soon', async (t) => {
  const media = await startMedia(t)
  const person = await media.person()
  const send = async (bytes: Buffer) =>
    person.call(uploads.create, { body: form(bytes), headers: { 'idempotency-key': 'away' } })
  const { db } = media.deps
  await sql`
    create function away() returns trigger language plpgsql as
    $$ begin raise exception using errcode = '57P01'; end $$`.execute(db)
  await sql`create trigger away before delete on idempotency_keys execute function away()`.execute(db)
  t.equal((await send(Buffer.from('no picture'))).status, 415)
  t.match(await send(Buffer.from('no picture')), { status: 409 })
  await sql`drop trigger away on idempotency_keys`.execute(db)
  await waitFor(async () => (await send(await jpeg())).status === 201)
})

t.test('confirm: the first answer, whatever has happened since', async (t) => {
  const ana = await media.person()
  const { id } = await upload(ana)
  const crop = { x: 1, y: 2, width: 30, height: 30 }
  const confirm = (choice: object, more: Record<string, string> = {}) =>
    ana.send('POST', addressOf(uploads.confirm, { params: { id } }), {
      body: choice,
      headers: { 'idempotency-key': 'k', ...more },
    })
  const first = await confirm({ crop, altText: 'me' }, { prefer: 'wait=1' })
  t.match(first, { status: 202, body: { status: 'confirmed' } })
  await forget(ana, false)
  t.match(await confirm({ crop, altText: 'me' }), { status: 202 }, 'its process died')
  const turned = { altText: 'me', crop: { height: 30, width: 30, y: 2, x: 1 } }
  const again = await confirm(turned)
  t.equal(replayed(again), 'true')
  t.strictSame(again.bytes, first.bytes)
  t.match(await confirm({ crop }), { status: 422, body: { code: 'idempotency-key-reused' } })
  t.strictSame(await eventsOf(media, id), ['uploaded', 'confirmed'])
})

t.test('waiting, then cropping anew once', async (t) => {
  const own = await startMedia(t)
  await own.work()
  const ana = await own.person()
  const { id } = await upload(ana)
  const wait = { prefer: 'wait=30', 'idempotency-key': 'k' }
  // On a slow machine its time to wait may end first: then that is the answer.
  const confirm = () => ana.send('POST', addressOf(uploads.confirm, { params: { id } }), { headers: wait })
  const done = await confirm()
  t.match(done.status, /^20[02]$/)
  await settled(ana, id)
  const again = await confirm()
  t.strictSame(again.bytes, done.bytes)
  const recrop = () =>
    ana.send<Upload>('POST', addressOf(uploads.restore, { params: { id } }), {
      body: { crop: { x: 0, y: 0, width: 32, height: 32 } },
      headers: { ...wait, 'idempotency-key': 'l' },
    })
  const first = await recrop()
  t.match(first.status, /^20[02]$/)
  t.match(await settled(ana, first.body.id), { status: 'published' })
  const second = await recrop()
  t.equal(replayed(second), 'true')
  t.strictSame(second.bytes, first.bytes)
  t.equal(second.headers.get('location'), first.headers.get('location'))
  const { rows } = await sql`select from uploads where user_id = ${ana.id}`.execute(own.deps.db)
  t.equal(rows.length, 2)

  t.equal((await ana.call(uploads.remove, { params: { id } })).status, 204)
  const kept = await own.deps.db.selectFrom('idempotency_keys').select('key').execute()
  t.strictSame(kept, [{ key: 'l' }], 'what is erased is shown by no answer')
})

t.test('kept for a day, and not beyond their user', async (t) => {
  const [ana, ben, max] = [await media.person(), await media.person(), await media.person('manager')]
  await send(ana, 'old')
  await send(ana, 'new')
  await send(ben, 'k')
  await send(max, 'm', picture, `?userId=${ben.id}`)
  const keys = async () => {
    const rows = await media.deps.db
      .selectFrom('idempotency_keys')
      .select('key')
      .where('caller_id', 'in', [ana.id, ben.id, max.id])
      .orderBy('key')
      .execute()
    return rows.map((row) => row.key).join()
  }
  const age = (key: string, hours: number) =>
    sql`
      update idempotency_keys set created_at = now() - make_interval(hours => ${hours})
      where caller_id = ${ana.id} and key = ${key}`.execute(media.deps.db)
  await age('new', 23)
  await age('old', 24)
  t.match(await prune(media.deps, { dryRun: true }), { keys: 1 })
  t.match(await prune(media.deps, { dryRun: false }), { keys: 1 })
  t.equal(await keys(), 'k,m,new')
  t.equal(replayed(await send(ana, 'old')), null)
  await eraseUser(media.deps, { userId: ben.id })
  t.equal(await keys(), 'new,old', 'those of the erased user, and of others about them')
})
