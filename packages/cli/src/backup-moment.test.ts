import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { uploads } from '@likeness/contracts/endpoints'
import { openStorage } from '@likeness/storage'
import { startProcess, waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { connect } from './backup/connect.js'
import { openSnapshots } from './backup/snapshots.js'
import { json, runLikeness } from './testing/run-likeness.js'
import { confirm, emptyTarget, settingsOf, startBoth, upload } from './testing/start-both.js'

const both = await startBoth(t)
const { media, env } = both
const { ACCOUNTS_DATABASE_URL: accountsUrl = '', MEDIA_DATABASE_URL: mediaUrl = '' } = env

async function folder(t: Test): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'likeness-moment-'))
  t.teardown(() => rm(path, { recursive: true, force: true }))
  return path
}

t.test('both snapshots are of one moment while avatars are published', async (t) => {
  const people = await Promise.all([both.join(), both.join(), both.join()])
  let busy = true
  const publishing = people.map(async (person, index) => {
    for (let shade = index; busy; shade += 3) await confirm(person, (await upload(person, shade % 250)).id)
  })
  let seen = 0
  for (let round = 0; round < 15; round += 1) {
    const snapshots = await openSnapshots({ accounts: accountsUrl, media: mediaUrl })
    const { accounts, media } = snapshots
    if (!accounts) throw new Error('accounts has no snapshot')
    const known = await accounts.query<{ user_id: string; version: number }>(
      'select user_id, avatar_version as version from profiles where avatar_version > 0',
    )
    const live = await media.query<{ user_id: string; version: number; status: string }>(
      `select a.user_id, a.version, u.status from avatars a
      join uploads u on u.user_id = a.user_id and u.id = a.upload_id where a.live`,
    )
    await snapshots.close()
    const versions = new Map(known.rows.map(({ user_id, version }) => [user_id, version]))
    for (const { user_id, version, status } of live.rows) {
      const told = versions.get(user_id) ?? 0
      t.ok(told <= version, 'accounts was told nothing that media has not made')
      if (status === 'published') t.equal(told, version, 'nothing is published that accounts was not told')
    }
    seen += live.rows.length
  }
  t.ok(seen > 15)
  busy = false
  await Promise.all(publishing)
})

t.test('a picture discarded in the moment of the backup, and one that the storage lost', async (t) => {
  const backups = await folder(t)
  const owner = await both.join()
  const [holder, watcher] = [await connect(accountsUrl, 'holder'), await connect(mediaUrl, 'watcher')]
  const waits = (where: string) => async () =>
    (
      await watcher.query(
        `select from pg_stat_activity where application_name = 'likeness backup' and wait_event_type = 'Lock'
        and datname = $2 and query like $1`,
        [where, new URL(accountsUrl).pathname.slice(1)],
      )
    ).rowCount !== 0
  // The walk over the files is done when it waits for the snapshots, and the tables are read one by one after that.
  await holder.query(`begin; insert into activities (id, type) values (gen_random_uuid(), 'login')`)
  const running = runLikeness(env, 'backup', '--to', backups, '--json')
  await waitFor(waits('lock table activities%'), { for: 'the snapshots to wait' })
  const { id } = await upload(owner, 10)
  const isAhead = async () =>
    (await watcher.query('select from uploads where id = $1 and rendered_ahead is not null', [id]))
      .rowCount !== 0
  await waitFor(isAhead, { for: 'its variants to be rendered ahead' })
  await watcher.query('begin; lock table withdrawals in access exclusive mode')
  await holder.query('rollback')
  await waitFor(
    async () =>
      (
        await holder.query(
          `select from pg_stat_activity where application_name = 'likeness backup' and wait_event_type = 'Lock'
          and datname = $1 and query like 'copy "withdrawals"%'`,
          [new URL(mediaUrl).pathname.slice(1)],
        )
      ).rowCount !== 0,
    { for: 'the last table to wait' },
  )
  t.equal((await owner.call(uploads.remove, { params: { id } })).status, 204)
  await watcher.query('rollback')
  await watcher.end()
  await holder.end()
  const ran = await running
  t.equal(ran.status, 0, ran.stderr)
  t.match(json(ran), { gone: 12, missing: 0 })

  const target = await emptyTarget(t, env, pathToFileURL(await folder(t)).href)
  t.equal((await runLikeness(target, 'restore', '--from', backups)).status, 0)
  const pictures = settingsOf('MEDIA', target)
  const server = await startProcess(t, 'media', { ...pictures, REQUEUE_AFTER_SECONDS: '1' })
  await startProcess(t, 'media-worker', pictures)
  const at = (path: string, init: RequestInit = {}) =>
    fetch(server.url + path, { headers: { authorization: `Bearer ${owner.accessToken}` }, ...init })
  t.match(await (await at(`/v1/uploads/${id}`)).json(), { status: 'pending' })
  t.equal((await at(`/v1/uploads/${id}/preview`)).status, 404)
  t.equal(
    (await at(`/v1/uploads/${id}/confirm`, { method: 'POST' })).status,
    202,
    'it is not shown without its files',
  )
  await waitFor(async () => /original-missing/.test((await runLikeness(target, 'failures', 'list')).stdout), {
    for: 'the failure to be named',
  })

  const published = await confirm(owner, (await upload(owner, 20)).id)
  const storage = openStorage(media.env.STORAGE_URL)
  const { rows } = await sql<{
    prefix: string
  }>`select blob_prefix as prefix from avatars where upload_id = ${published.id}`.execute(media.deps.db)
  await storage.delete([`${rows[0]?.prefix}/64.webp`])
  await storage.close()
  const lossy = await runLikeness(env, 'backup', '--to', backups, '--json')
  t.equal(lossy.status, 3)
  t.match(json(lossy), { missing: 1, attention: /1 files that the database names .*64\.webp/ })
})
