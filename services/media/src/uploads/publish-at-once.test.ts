import { avatars, uploads } from '@likeness/contracts/endpoints'
import { openDecoder } from '@likeness/images'
import { parseConfig } from '@likeness/runtime/config'
import { hold, waitFor } from '@likeness/test-kit'
import t, { type Test } from 'tap'
import { MediaConfig } from '../config.js'
import { lockUser } from '../database/uploads.table.js'
import { openWorkerDeps } from '../deps.js'
import { workJobs } from '../jobs.js'
import { rowOf } from '../testing/fault-case.js'
import { quarters, readQuarters } from '../testing/pictures.js'
import { type Media, startMedia } from '../testing/start-media.js'
import { andWait, blobs, eventsOf, settled, unsigned, upload } from '../testing/steps.js'
import { requeueStuck } from '../upkeep/requeue-stuck.js'
import { originalKey, variantsPrefix } from './upload-files.js'

t.jobs = 2

const picture = await quarters(301, 200).png().toBuffer()
const corner = { x: 0, y: 0, width: 200, height: 200 }

type Person = Awaited<ReturnType<Media['person']>>

/** Uploads whose variants are rendered ahead, and then no worker: what is published is published by the API. */
async function withoutWorker(t: Test, count = 1, config: Record<string, string> = {}) {
  const media = await startMedia(t, { config })
  const person = await media.person()
  const worker = await media.work()
  const ids: string[] = []
  for (let made = 0; made < count; made += 1) {
    const { id } = await upload(person, picture)
    await waitFor(async () => (await rowOf(media, id)).rendered_ahead, { for: 'the variants' })
    ids.push(id)
  }
  await worker.queue.close()
  const [id = ''] = ids
  return { media, person, ids, id, confirm: (which: string, body = {}) => confirm(person, which, body) }
}

const confirm = (person: Person, id: string, body: object = {}) =>
  person.call(uploads.confirm, { params: { id }, body })

const live = (media: Media) =>
  media.deps.db.selectFrom('avatars').selectAll().where('live', '=', true).execute()

async function shows(t: Test, person: Person): Promise<void> {
  const { body } = await person.call(avatars.serve, {
    params: { userId: person.id },
    query: { size: 256, format: 'webp' },
  })
  t.equal(await readQuarters(body), 'rgby')
}

t.test('confirming the default crop publishes at once, without a worker or a job', async (t) => {
  const { media, person, ids } = await withoutWorker(t, 3)
  const centre = { x: 50, y: 0, width: 200, height: 200 }
  const choices = [{}, { crop: centre, altText: 'a quartered square' }, { crop: { ...centre, x: 51 } }]
  for (const [index, id] of ids.entries()) {
    const { status, body } = await confirm(person, id, choices[index])
    t.match([status, body], [200, { status: 'published', isConfirmed: true, publishedAt: /Z$/ }])
    const { body: seen } = await person.call(uploads.read, { params: { id } })
    t.strictSame(unsigned(body), unsigned(seen))
    t.match(await live(media), [
      { upload_id: id, blob_prefix: variantsPrefix(id), version: body.avatar?.version },
    ])
    t.strictSame(await eventsOf(media, id), ['uploaded', 'prepared', 'confirmed', 'rendered', 'published'])
    t.equal(
      (await fetch(new URL(new URL(body.avatar?.urls['512']?.webp ?? '').pathname, media.url))).status,
      200,
    )
    await shows(t, person)
  }
  const [first = '', second = '', third = ''] = ids
  t.match(await rowOf(media, first), { status: 'superseded' })
  t.match(await rowOf(media, second), { status: 'superseded', alt_text: 'a quartered square' })
  t.match(
    media.accounts.told.map(({ uploadId, actor, restored }) => ({ uploadId, actor: actor?.id, restored })),
    ids.map((uploadId) => ({ uploadId, actor: person.id, restored: false })),
  )
  t.match(await requeueStuck(await media.upkeep({ REQUEUE_AFTER_SECONDS: '1' }), { dryRun: true }), {
    publish: 0,
  })
  t.equal((await blobs(media, 'avatars/')).length, 30, 'no copy')

  // The same request again, and another.
  t.match(await confirm(person, third, choices[2]), { status: 200, body: { status: 'published' } })
  t.match(await confirm(person, third, { crop: corner }), {
    status: 409,
    body: { code: 'already-confirmed' },
  })
  t.match(await confirm(person, first), { status: 200, body: { status: 'superseded' } })
  // Its variants are its own: it can be the avatar again.
  await media.work()
  t.match(await andWait(person, uploads.restore, first), { body: { status: 'published' } })
  await shows(t, person)
})

t.test('a request that waits, and one that is repeated by its key, are answered alike', async (t) => {
  const { person, id } = await withoutWorker(t)
  const ask = () =>
    person.call(uploads.confirm, {
      params: { id },
      headers: { prefer: 'wait=5', 'idempotency-key': 'a key of this test' },
    })
  const first = await ask()
  t.equal(first.status, 200)
  t.equal(first.headers.get('preference-applied'), 'wait=5')
  const again = await ask()
  t.strictSame(again.body, first.body)
  t.equal(again.headers.get('idempotency-replayed'), 'true')
})

t.test('what cannot be confirmed is refused as ever', async (t) => {
  const { media, person, id, confirm } = await withoutWorker(t)
  t.match(await confirm(id, { sha256: '0'.repeat(64) }), { status: 409, body: { code: 'sha256-mismatch' } })
  t.match(await confirm(id, { crop: { ...corner, y: 1 } }), { status: 422, body: { code: 'invalid-crop' } })
  const stranger = await media.person()
  t.equal((await stranger.call(uploads.confirm, { params: { id } })).status, 404)
  await media.deps.db
    .updateTable('uploads')
    .set({ expires_at: new Date(0) })
    .execute()
  t.match(await confirm(id), { status: 410, body: { code: 'upload-expired' } })
  t.strictSame(await live(media), [])
  t.ok(person)
})

t.test('accounts away: the avatar is live, and the job goes on when accounts is back', async (t) => {
  for (const fault of ['refuses', 'hangs'] as const) {
    const { media, person, id, confirm } = await withoutWorker(t)
    if (fault === 'refuses') media.accounts.status = 503
    else media.accounts.beforeAvatar = () => new Promise(() => undefined)
    t.match(await confirm(id), { status: 202, body: { status: 'confirmed' } }, fault)
    await shows(t, person)
    t.strictSame(media.accounts.told, [])
    media.accounts.status = 204
    media.accounts.beforeAvatar = async () => undefined
    await media.work()
    t.match(await settled(person, id), { status: 'published' })
    t.equal(media.accounts.told.length, 1)
    t.strictSame(await eventsOf(media, id), ['uploaded', 'prepared', 'confirmed', 'rendered', 'published'])
  }
})

t.test('a user whom accounts does not know: the job ends it', async (t) => {
  const { media, person, id, confirm } = await withoutWorker(t)
  media.accounts.status = 404
  t.equal((await confirm(id)).status, 202)
  await media.work()
  t.match(await settled(person, id), { status: 'failed', failure: { code: 'user-not-found' } })
  t.strictSame(await live(media), [])
})

t.test('sizes or formats that changed since: the job renders what is configured now', async (t) => {
  const { media, person, id } = await withoutWorker(t)
  const config = { AVATAR_SIZES: '48,96', AVATAR_FORMATS: 'jpeg' }
  const { url } = await media.serve({ config })
  const answer = await fetch(`${url}/v1/uploads/${id}/confirm`, {
    method: 'POST',
    headers: { authorization: person.authorization },
  })
  t.equal(answer.status, 202)
  const decoder = openDecoder({ children: 1 })
  const worker = await openWorkerDeps(parseConfig(MediaConfig, { ...media.env, ...config }), { decoder })
  t.teardown(() => worker.close())
  t.teardown(() => decoder.close())
  await workJobs(worker)
  const { avatar } = await settled(person, id)
  const prefix = variantsPrefix(id, avatar?.version ?? 0)
  t.strictSame(await blobs(media, 'avatars/'), [`${prefix}/48.jpg`, `${prefix}/96.jpg`])
})

t.test('KEEP_ORIGINALS=0 deletes the original of what is published at once', async (t) => {
  const { media, person, id, confirm } = await withoutWorker(t, 1, { KEEP_ORIGINALS: '0' })
  t.equal((await confirm(id)).status, 200)
  await shows(t, person)
  t.notOk((await blobs(media, 'uploads/')).includes(originalKey({ id })))
})

t.test('two confirmations of one upload at once: one crop wins, whichever came first', async (t) => {
  for (const first of ['default', 'other']) {
    const { media, person, id, confirm } = await withoutWorker(t)
    const held = await hold(media.deps.db)
    await lockUser(held.trx, person.id)
    const acts = [() => confirm(id), () => confirm(id, { crop: corner })]
    const answers: ReturnType<typeof confirm>[] = []
    for (const act of first === 'default' ? acts : acts.toReversed()) {
      answers.push(act())
      await held.untilWaiting(answers.length)
    }
    await held.release()
    const [winner, loser] = await Promise.all(answers)
    t.equal(winner?.status, first === 'default' ? 200 : 202)
    t.match(loser, { status: 409, body: { code: 'already-confirmed' } })
    await media.work()
    t.match(await settled(person, id), { status: 'published', crop: first === 'default' ? null : corner })
    t.match(await live(media), [{ upload_id: id }])
    t.equal((await blobs(media, 'avatars/')).length, 10, 'those of the winner')
  }
})

t.test(
  'two uploads confirmed at once: the later version is the avatar, and the other is superseded',
  async (t) => {
    for (const crops of [
      [{}, {}],
      [{}, { crop: corner }],
      [{ crop: corner }, {}],
    ]) {
      const { media, person, ids, confirm } = await withoutWorker(t, 2)
      const held = await hold(media.deps.db)
      await lockUser(held.trx, person.id)
      const answers: ReturnType<typeof confirm>[] = []
      for (const [index, id] of ids.entries()) {
        answers.push(confirm(id, crops[index]))
        await held.untilWaiting(answers.length)
      }
      await held.release()
      for (const { status } of await Promise.all(answers)) t.ok(status === 200 || status === 202)
      await media.work()
      const [earlier, later] = await Promise.all(ids.map((id) => settled(person, id)))
      await waitFor(async () => (await rowOf(media, ids[0] ?? '')).status === 'superseded')
      t.match(later, { status: 'published' })
      t.ok((later?.avatar?.version ?? 0) > (earlier?.avatar?.version ?? 0))
      t.match(await live(media), [{ upload_id: later?.id }])
      t.equal(media.accounts.told.at(-1)?.uploadId, later?.id)
    }
  },
)

t.test('a withdrawal while accounts is told is the last word', async (t) => {
  const { media, person, id, confirm } = await withoutWorker(t)
  media.accounts.beforeAvatar = async () => {
    media.accounts.beforeAvatar = async () => undefined
    await person.call(avatars.withdraw, { params: { userId: person.id } })
  }
  t.equal((await confirm(id)).status, 202)
  t.match(await settled(person, id), { status: 'withdrawn' })
  t.strictSame(await live(media), [])
})
