import { avatars, uploads } from '@likeness/contracts/endpoints'
import { startS3 } from '@likeness/storage/testing'
import { waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import type { Test } from 'tap'
import { lockUser } from '../database/uploads.table.js'
import { collectGarbage } from '../upkeep/collect-garbage.js'
import { uploadFiles, variantsPrefix } from '../uploads/upload-files.js'
import { onlyTask } from './only-task.js'
import { quarters, readQuarters } from './pictures.js'
import { type Media, startMedia } from './start-media.js'
import { blobs, eventsOf } from './steps.js'

export const notLinux = process.platform !== 'linux' && 'processes are watched through /proc'

/** A picture that is prepared and rendered quickly. */
export const small = await quarters(300, 300).png().toBuffer()

/** The service with a bucket of its own, and a person to upload. */
export type Case = {
  readonly media: Media
  readonly person: Awaited<ReturnType<Media['person']>>
  /** Makes the storage never answer such requests, `PUT /…`, from now on; without any it answers all again. */
  hang(request?: RegExp): void
  /** How many such requests the storage received. */
  asked(request: RegExp): number
  confirm(id: string): Promise<unknown>
}

/** @param renderAhead whether a confirmation finds its variants; otherwise the worker renders them afterwards */
export async function setUp(
  t: Test,
  queue: 'postgres' | 'redis' = 'postgres',
  renderAhead = false,
): Promise<Case> {
  const { url, proxy } = await startS3(t)
  const media = await startMedia(t, {
    queue,
    config: {
      STORAGE_URL: url('pictures', { timeoutMs: '600000' }),
      RENDER_AHEAD: String(renderAhead),
      // What a process leaves is found soon.
      ...(renderAhead ? { REQUEUE_AFTER_SECONDS: '1', UPKEEP_SCHEDULE: onlyTask('requeue-stuck') } : {}),
    },
  })
  const person = await media.person()
  return {
    media,
    person,
    hang(request) {
      proxy.fault = ({ method, path }) => (request?.test(`${method} ${path}`) ? 'hang' : undefined)
    },
    asked: (request) => proxy.seen.filter(({ method, path }) => request.test(`${method} ${path}`)).length,
    confirm: (id) => person.call(uploads.confirm, { params: { id } }),
  }
}

export const rowOf = (media: Media, id: string) =>
  media.deps.db.selectFrom('uploads').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

export const prepared = (media: Media, id: string) =>
  waitFor(async () => (await rowOf(media, id)).prepared_at, { for: 'the preview' })

/** Holds the user's lock, so that no step of a publication commits. @returns a function that gives it back */
export async function holdUser(t: Test, media: Media, userId: string): Promise<() => void> {
  let release: () => void = () => undefined
  const { db } = media.deps
  await new Promise<void>((locked) => {
    const held = db.transaction().execute(async (trx) => {
      await lockUser(trx, userId)
      locked()
      await new Promise<void>((resolve) => {
        release = resolve
      })
    })
    t.teardown(async () => {
      release()
      // A lock whose connection was lost is given back as well.
      await held.catch(() => undefined)
    })
  })
  return release
}

const waiting = sql<{ pid: number }>`
  select pid from pg_locks
  where locktype = 'advisory' and objsubid = 1 and not granted
  and database = (select oid from pg_database where datname = current_database())`

/** Whether a process waits for the user's lock. */
export const waitsForUser = (media: Media) => async () =>
  (await waiting.execute(media.deps.db)).rows.length > 0

/** Ends what a killed process waits for: PostgreSQL would still commit a statement whose sender is gone. */
export async function dropWaiting(media: Media): Promise<void> {
  await sql`select pg_terminate_backend(pid) from (${waiting}) as found`.execute(media.deps.db)
  await waitFor(async () => !(await waitsForUser(media)()), { for: 'the statement to end' })
}

/** Asserts that one picture was published, the right one, that everyone knows of it, and that nothing is left over. */
export async function publishedOnce(t: Test, { media, person }: Case, id: string): Promise<void> {
  await waitFor(async () => (await rowOf(media, id)).status === 'published', {
    for: 'the picture to be published',
  })
  const { version } = await rowOf(media, id)
  const made = await media.deps.db.selectFrom('avatars').selectAll().execute()
  t.match(made, [{ upload_id: id, version, live: true }])
  t.equal(made.length, 1)
  t.ok([variantsPrefix(id), variantsPrefix(id, version ?? 0)].includes(made[0]?.blob_prefix ?? ''))
  t.strictSame([...new Set(media.accounts.told.map((told) => told.version))], [version])
  // Prepared may come after confirmed.
  const events = ['confirmed', 'prepared', 'published', 'rendered', 'uploaded']
  t.strictSame((await eventsOf(media, id)).toSorted(), events, 'each once')
  const picture = await person.call(avatars.serve, {
    params: { userId: person.id },
    query: { size: 256, format: 'webp' },
  })
  t.equal(await readQuarters(picture.body), 'rgby')

  await collectGarbage(await media.upkeep({ GARBAGE_GRACE_SECONDS: '0' }), { dryRun: false })
  const variants = [32, 64, 128, 256, 512].flatMap((size) => [`${size}.jpg`, `${size}.webp`])
  t.strictSame(
    (await blobs(media)).toSorted(),
    [...uploadFiles({ id }), ...variants.map((name) => `${made[0]?.blob_prefix}/${name}`)].toSorted(),
    'every blob has its row',
  )
}
