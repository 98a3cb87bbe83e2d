import { uploads } from '@likeness/contracts/endpoints'
import { noRedis, openCalls, startProcess, waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import {
  type Case,
  holdUser,
  notLinux,
  prepared,
  publishedOnce,
  rowOf,
  setUp,
  small,
  waitsForUser,
} from './testing/fault-case.js'
import { blobs, upload } from './testing/steps.js'
import { startWorker } from './testing/worker-process.js'

// A process is killed between any two steps of a publication whose variants are rendered ahead. The upload ends as if
// nothing had happened, by whichever process comes next.
t.jobs = 4

for (const queue of ['postgres', 'redis'] as const) {
  const skip = notLinux || (queue === 'redis' && noRedis)

  t.test(`a worker killed while it stores variants ahead, ${queue}`, { skip }, async (t) => {
    const self = await setUp(t, queue, true)
    self.hang(/^PUT .*(64|256|512)\.webp/)
    const worker = await startWorker(t, self.media)
    const { id } = await upload(self.person, small)
    await waitFor(async () => (await blobs(self.media, 'avatars/')).length === 7)
    t.match(
      await rowOf(self.media, id),
      { prepared_at: Date, rendered_ahead: null },
      'the preview came first',
    )
    t.strictSame(await worker.kill(), [])
    self.hang()
    await self.confirm(id)
    await self.media.work()
    await publishedOnce(t, self, id)
  })

  t.test(`a worker killed when variants are stored and nothing says so, ${queue}`, { skip }, async (t) => {
    const self = await setUp(t, queue, true)
    const { id } = await upload(self.person, small)
    const release = await holdColumn(t, self, 'rendered_ahead')
    const worker = await startWorker(t, self.media)
    await waitFor(waitsForUser(self.media), { for: 'the worker to note what it stored' })
    t.equal((await blobs(self.media, 'avatars/')).length, 10)
    t.strictSame(await worker.kill(), [])
    await release()
    await self.confirm(id)
    await self.media.work()
    await publishedOnce(t, self, id)
  })

  t.test(`an API killed before the confirmation commits, ${queue}`, { skip }, async (t) => {
    const self = await readyToConfirm(t, queue)
    const release = await holdUser(t, self.media, self.person.id)
    const confirming = self.confirmThere()
    await waitFor(waitsForUser(self.media))
    await self.kill(confirming)
    release()
    // Its statement may have been carried out by the database all the same.
    await self.confirm(self.id)
    await self.media.work()
    await publishedOnce(t, self, self.id)
  })

  t.test(`an API killed when the picture is live and accounts is not told, ${queue}`, { skip }, async (t) => {
    const self = await readyToConfirm(t, queue)
    const { accounts } = self.media
    const asked = new Promise<void>((resolve) => {
      accounts.beforeAvatar = () => {
        resolve()
        return new Promise(() => undefined)
      }
    })
    const confirming = self.confirmThere()
    await asked
    await self.kill(confirming)
    accounts.beforeAvatar = async () => undefined
    t.match(await rowOf(self.media, self.id), { status: 'confirmed', rendered_at: Date })
    await self.media.work()
    await publishedOnce(t, self, self.id)
  })

  t.test(`an API killed when accounts is told and it is not committed, ${queue}`, { skip }, async (t) => {
    const self = await readyToConfirm(t, queue)
    const { accounts } = self.media
    let release: () => void = () => undefined
    accounts.beforeAvatar = async () => {
      accounts.beforeAvatar = async () => undefined
      release = await holdUser(t, self.media, self.person.id)
    }
    const confirming = self.confirmThere()
    await waitFor(() => accounts.told.length === 1)
    await waitFor(waitsForUser(self.media))
    await self.kill(confirming)
    t.match(await rowOf(self.media, self.id), { status: 'confirmed' })
    release()
    await self.media.work()
    await publishedOnce(t, self, self.id)
  })
}

/** An upload with variants rendered ahead, no worker, and an API process of its own to confirm it. */
async function readyToConfirm(t: Test, queue: 'postgres' | 'redis') {
  const self = await setUp(t, queue, true)
  const worker = await self.media.work()
  const { id } = await upload(self.person, small)
  await prepared(self.media, id)
  await waitFor(async () => (await rowOf(self.media, id)).rendered_ahead, { for: 'the variants' })
  await worker.queue.close()
  const { PORT: _, ...env } = self.media.env
  const api = await startProcess(t, 'media', env)
  const { call } = openCalls(api.url, { token: self.person.authorization.replace('Bearer ', '') })
  return {
    ...self,
    id,
    confirmThere: () => call(uploads.confirm, { params: { id } }).catch(() => undefined),
    async kill(confirming: Promise<unknown>): Promise<void> {
      process.kill(api.pid, 'SIGKILL')
      await api.ended
      await confirming
    },
  }
}

/** Makes every change of a column of `uploads` wait. @returns a function that lets them happen */
async function holdColumn(t: Test, { media, person }: Case, column: string): Promise<() => Promise<void>> {
  const { db } = media.deps
  await sql`
    create function wait_for_user() returns trigger language plpgsql as $$
    begin perform lock_user(new.user_id); return new; end $$`.execute(db)
  await sql`
    create trigger wait_for_user before update of ${sql.ref(column)} on uploads
    for each row execute function wait_for_user()`.execute(db)
  const release = await holdUser(t, media, person.id)
  return async () => {
    release()
    await sql`drop trigger wait_for_user on uploads`.execute(db)
  }
}
