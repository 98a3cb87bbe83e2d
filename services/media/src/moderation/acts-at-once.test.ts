import { avatars, moderation, uploads } from '@likeness/contracts/endpoints'
import { hold, waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { lockUser } from '../database/uploads.table.js'
import { eraseUser } from '../erasure/erase-user.job.js'
import { quarters } from '../testing/pictures.js'
import { type Media, startMedia } from '../testing/start-media.js'
import { eventsOf, publish, settled, upload } from '../testing/steps.js'

const media: Media = await startMedia(t, {
  config: {
    UPLOADS_PER_10_MINUTES: '1000',
    PENDING_PER_USER: '100',
    RENDER_AHEAD: 'false',
    UPKEEP_SCHEDULE: 'off',
  },
})
await media.work()
const { db } = media.deps
const [max, ida] = [await media.person('manager'), await media.person('manager')]
type Person = Awaited<ReturnType<Media['person']>>
const reason = 'Not a person'
const bytes = await quarters(64, 64).png().toBuffer()

/** A person with an avatar, a held picture, a past one and a pending upload. */
async function somebody() {
  const person = await media.person()
  const held = await publish(person, bytes)
  await max.call(avatars.withdraw, { params: { userId: person.id }, query: { reason } })
  const past = await publish(person)
  const live = await publish(person)
  const pending = await upload(person)
  await waitFor(
    async () => (await person.call(uploads.read, { params: { id: pending.id } })).body.previewUrl,
    { for: 'a preview' },
  )
  return { person, held: held.id, past: past.id, live: live.id, pending: pending.id }
}
type Somebody = Awaited<ReturnType<typeof somebody>>

/** Every act of an operator on another's uploads. */
const acts: Readonly<
  Record<string, (by: Person, on: Somebody) => Promise<{ status: number; body: unknown }>>
> = {
  refuse: (by, on) => by.call(moderation.refuse, { params: { id: on.pending }, body: { reason } }),
  confirm: (by, on) => by.call(uploads.confirm, { params: { id: on.pending } }),
  discard: (by, on) => by.call(uploads.remove, { params: { id: on.pending } }),
  'lift hold': (by, on) => by.call(uploads.liftHold, { params: { id: on.held } }),
  restore: (by, on) => by.call(uploads.restore, { params: { id: on.held } }),
  erase: (by, on) => by.call(uploads.remove, { params: { id: on.past } }),
  describe: (by, on) =>
    by.call(avatars.describe, { params: { userId: on.person.id }, body: { altText: 'x' } }),
  withdraw: (by, on) => by.call(avatars.withdraw, { params: { userId: on.person.id }, query: { reason } }),
  'take down': async (by, on) => {
    const body = { uploadId: on.held, reason }
    const listed = await by.call(moderation.takeDown, { query: { dryRun: 'true' }, body })
    if (listed.status !== 200) return listed
    return by.call(moderation.takeDown, { body: { ...body, seen: listed.body.seen } })
  },
}

/** Waits until each of these acts waits for the lock of its user, or has ended. @returns whether all wait */
async function untilHeld(all: readonly Promise<unknown>[]): Promise<boolean> {
  let ended = 0
  for (const one of all) void one.finally(() => (ended += 1))
  const waiting = async () =>
    (
      await sql<{
        n: number
      }>`select count(*)::int as n from pg_locks where locktype = 'advisory' and not granted
        and database = (select oid from pg_database where datname = current_database())`.execute(db)
    ).rows[0]?.n ?? 0
  await waitFor(async () => (await waiting()) + ended >= all.length, { for: 'the acts to wait or end' })
  return ended === 0
}

/** What is left of a person: the state of each upload, and how much of everything else there is. */
async function stateOf({ person }: Somebody) {
  const { rows } = await sql<object>`
    select (select json_agg(json_build_array(id, status, held_at, alt_text, version) order by id)
        from uploads where user_id = ${person.id}) as uploads,
      (select count(*) from upload_events where user_id = ${person.id}) as events,
      (select count(*) from withdrawals where user_id = ${person.id}) as withdrawals,
      (select count(*) from owner_notices where user_id = ${person.id}) as notices`.execute(db)
  return rows[0]
}

const settledNotices = () =>
  waitFor(async () => (await db.selectFrom('owner_notices').select('id').execute()).length === 0, {
    for: 'the notices to be told',
  })

for (const [name, act] of Object.entries(acts)) {
  t.test(`${name}: refused once its person is leaving, and once they are gone`, async (t) => {
    const on = await somebody()
    await settledNotices()
    // Their erasure is asked for while the act is under way, unless it takes no lock and so comes before.
    const held = await hold(db)
    await lockUser(held.trx, on.person.id)
    const before = await stateOf(on)
    const acting = act(max, on)
    const isHeld = await untilHeld([acting])
    await held.trx.insertInto('erased_users').values({ user_id: on.person.id }).execute()
    await held.release()
    const { status } = await acting
    // A take-down was decided before.
    if (isHeld && name !== 'take down') {
      t.equal(status, 404, 'while it is asked for')
      t.strictSame(await stateOf(on), before, 'nothing was changed')
    }
    t.match(await act(max, on), { status: 404 }, 'while they are leaving')
    await eraseUser(await media.upkeep(), { userId: on.person.id })
    t.match(await act(max, on), { status: 404 }, 'once they are gone')
    t.match(await stateOf(on), { uploads: null, events: 0, withdrawals: 0, notices: 0 })
  })
}

const twice: readonly (readonly [string, (on: Somebody) => string, string, string | undefined])[] = [
  ['refuse', (on) => on.pending, 'rejected', 'upload-refused'],
  ['discard', (on) => on.pending, 'discarded', 'upload-discarded'],
  ['lift hold', (on) => on.held, 'hold-lifted', 'hold-lifted'],
  ['erase', (on) => on.past, 'erased', 'picture-erased'],
  ['withdraw', (on) => on.live, 'withdrawn', undefined],
  ['describe', (on) => on.live, 'described', undefined],
  ['confirm', (on) => on.pending, 'confirmed', undefined],
  ['restore', (on) => on.held, 'restored', undefined],
]
for (const [name, uploadOf, type, notice] of twice) {
  const act = acts[name] as (typeof acts)[string]
  t.test(`${name}: by two operators at once, it is done once`, async (t) => {
    const on = await somebody()
    const held = await hold(db)
    await lockUser(held.trx, on.person.id)
    const both = [max, ida].map((by) => act(by, on))
    await untilHeld(both)
    await held.release()
    for (const answer of await Promise.all(both))
      t.ok(answer.status < 300, `both are told that it is so: ${JSON.stringify(answer.body)}`)
    const events = await eventsOf(media, uploadOf(on))
    t.equal(events.filter((one) => one === type).length, 1)
    if (notice === undefined) return
    const told = () =>
      media.accounts.notices.filter(({ userId, kind }) => userId === on.person.id && kind === notice)
    await waitFor(() => told().length > 0, { for: 'the notice' })
    await settledNotices()
    t.equal(new Set(told().map(({ noticeId }) => noticeId)).size, 1, 'its owner is told once')
  })
}

/** An act with the ETag of what was seen, and what another operator does to the same upload a moment before. */
const bound: readonly (readonly [
  string,
  (on: Somebody) => string,
  (by: Person, id: string, etag: string) => Promise<{ status: number; body: unknown }>,
  (on: Somebody) => Promise<unknown>,
])[] = [
  [
    'refuse',
    (on) => on.pending,
    (by, id, etag) => by.call(moderation.refuse, { params: { id }, body: { reason }, headers: seen(etag) }),
    (on) => ida.call(moderation.refuse, { params: { id: on.pending }, body: { reason: 'Another' } }),
  ],
  [
    'discard',
    (on) => on.pending,
    (by, id, etag) => by.call(uploads.remove, { params: { id }, headers: seen(etag) }),
    (on) => ida.call(uploads.confirm, { params: { id: on.pending } }),
  ],
  [
    'lift hold',
    (on) => on.held,
    (by, id, etag) => by.call(uploads.liftHold, { params: { id }, headers: seen(etag) }),
    (on) => ida.call(uploads.restore, { params: { id: on.held } }),
  ],
  [
    'restore',
    (on) => on.held,
    (by, id, etag) => by.call(uploads.restore, { params: { id }, headers: seen(etag) }),
    (on) => ida.call(uploads.liftHold, { params: { id: on.held } }),
  ],
  [
    'restore with another crop',
    (on) => on.past,
    (by, id, etag) => {
      const crop = { x: 1, y: 1, width: 40, height: 40 }
      return by.call(uploads.restore, { params: { id }, body: { crop }, headers: seen(etag) })
    },
    (on) => ida.call(uploads.restore, { params: { id: on.past } }),
  ],
  [
    'erase',
    (on) => on.past,
    (by, id, etag) => by.call(uploads.remove, { params: { id }, headers: seen(etag) }),
    (on) => ida.call(uploads.restore, { params: { id: on.past } }),
  ],
]
const seen = (etag: string) => ({ 'if-match': etag })
const tagOf = async (id: string) =>
  (await max.call(uploads.read, { params: { id } })).headers.get('etag') ?? ''

for (const [name, uploadOf, act, before] of bound) {
  t.test(`${name}: only what was seen`, async (t) => {
    const on = await somebody()
    const id = uploadOf(on)
    const etag = await tagOf(id)
    t.match(etag, /^"[\w-]+"$/)
    await before(on)
    t.not(await tagOf(id), etag, 'it changed')
    await settled(on.person, id)
    await settledNotices()
    const was = await stateOf(on)
    t.match(await act(max, id, etag), { status: 412, body: { code: 'stale' } })
    t.strictSame(await stateOf(on), was, 'nothing was changed')

    const other = await somebody()
    t.ok((await act(max, uploadOf(other), await tagOf(uploadOf(other)))).status < 300)
  })
}

for (const [name, uploadOf, act] of bound) {
  // The others leave what is gone, or was copied, as it was seen.
  if (!['refuse', 'lift hold', 'restore'].includes(name)) continue
  t.test(`${name}: of two who saw the same, one does it`, async (t) => {
    const on = await somebody()
    const etag = await tagOf(uploadOf(on))
    const answers = await Promise.all([max, ida].map((by) => act(by, uploadOf(on), etag)))
    t.equal(answers.filter(({ status }) => status === 412).length, 1)
    t.ok(answers.some(({ status }) => status < 300))
  })
}

t.test('one that is gone already stays so quietly, whatever was seen', async (t) => {
  const { past } = await somebody()
  const etag = await tagOf(past)
  const remove = () => max.call(uploads.remove, { params: { id: past }, headers: seen(etag) })
  t.strictSame([(await remove()).status, (await remove()).status], [204, 204])
})
