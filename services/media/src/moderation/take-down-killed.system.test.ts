import { addressOf } from '@likeness/contracts'
import { moderation } from '@likeness/contracts/endpoints'
import { startProcess, waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { holdUser, notLinux, small, waitsForUser } from '../testing/fault-case.js'
import { onlyTask } from '../testing/only-task.js'
import { startMedia } from '../testing/start-media.js'
import { blobs, eventsOf, upload } from '../testing/steps.js'

// The act does the first 25 users, the job the others.
const users = 60

t.test('a take-down whose processes are killed one after the other', { skip: notLinux }, async (t) => {
  const media = await startMedia(t, {
    config: { REQUEUE_AFTER_SECONDS: '1', UPKEEP_SCHEDULE: onlyTask('requeue-stuck') },
  })
  const { db } = media.deps
  const max = await media.person('manager')
  const people = await Promise.all(Array.from({ length: users }, () => media.person()))
  // It goes through them in this order.
  people.sort((a, b) => (a.id < b.id ? -1 : 1))
  const ids = new Map<string, string>()
  for (const person of people) ids.set(person.id, (await upload(person, small)).id)
  const body = { uploadId: ids.get(people[0]?.id ?? '') ?? '', reason: 'Spam' }
  const { body: listed } = await max.call(moderation.takeDown, { query: { dryRun: 'true' }, body })
  t.match(listed, { total: users, users })

  const { PORT: _, ...env } = media.env
  const waiting = async () =>
    (
      await sql<{ n: number }>`select count(*)::int as n from takedown_items where outcome is null`.execute(
        db,
      )
    ).rows[0]?.n
  /** Kills a process once it waits to take down the upload of this user. */
  async function killAt(t: Test, place: number, start: () => ReturnType<typeof startProcess>): Promise<void> {
    const release = await holdUser(t, media, people[place]?.id ?? '')
    const { pid, ended } = await start()
    await waitFor(waitsForUser(media), { for: 'the process to come to them' })
    process.kill(pid, 'SIGKILL')
    t.equal(await ended, 'SIGKILL')
    t.equal(await waiting(), users - place, 'what was done before stays')
    release()
    await waitFor(async () => !(await waitsForUser(media)()), { for: 'the statement to end' })
  }

  await killAt(t, 10, async () => {
    const api = await startProcess(t, 'media', env)
    // Never answered.
    fetch(`${api.url}${addressOf(moderation.takeDown)}`, {
      method: 'POST',
      headers: { authorization: max.authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, seen: listed.seen }),
    }).catch(() => undefined)
    return api
  })
  await killAt(t, 20, () => startProcess(t, 'media-worker', env))
  await killAt(t, 40, () => startProcess(t, 'media-worker', env))
  const [act] = (await max.call(moderation.listTakedowns)).body.items
  t.match(act, { finishedAt: null, uploads: { refused: 40, waiting: users - 40 } })

  // The same act, sent again by its operator, is that act.
  await startProcess(t, 'media-worker', env)
  const again = await max.call(moderation.takeDown, { body: { ...body, seen: listed.seen } })
  t.match(again, { status: 201, body: { id: act?.id } })
  const finished = () => max.call(moderation.readTakedown, { params: { id: act?.id ?? '' } })
  await waitFor(async () => (await finished()).body.finishedAt, { for: 'the take-down' })
  t.match((await finished()).body.uploads, { waiting: 0, refused: users, gone: 0 })
  for (const [, id] of ids)
    t.equal((await eventsOf(media, id)).filter((type) => type === 'rejected').length, 1, 'refused once')
  const told = () => new Set(media.accounts.notices.map(({ userId }) => userId)).size
  await waitFor(async () => told() === users && (await notices()) === 0, { for: 'the owners to be told' })
  async function notices() {
    return (await db.selectFrom('owner_notices').select('id').execute()).length
  }
  const tells = new Set(media.accounts.notices.map(({ userId, noticeId }) => `${userId} ${noticeId}`))
  t.equal(tells.size, users, 'each owner has one notice')
  t.equal((await db.selectFrom('takedowns').select('id').execute()).length, 1)
  const audit = await db
    .selectFrom('audit_events')
    .select('action')
    .where('action', '<>', 'uses-listed')
    .execute()
  t.strictSame(audit.map(({ action }) => action).toSorted(), ['picture-taken-down'])
  const originals = (await blobs(media, 'uploads/')).filter((key) => key.endsWith('.original'))
  // Files of an act that died between its commit and their deletion are garbage.
  t.ok(originals.length <= 3, `${originals.length} files left for collect-garbage`)
})
