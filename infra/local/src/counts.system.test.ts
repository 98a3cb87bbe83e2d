/*
 * What one picture costs, in counts that do not depend on the machine: the SQL statements of each process, the syncs to
 * the disk, and the connections to PostgreSQL that stay open. A change that adds one fails here, and says which. When it
 * is meant, write the new list or number: the test prints what it found.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { migrate as migrateAccounts } from '@likeness/accounts'
import { me, sessions, uploads, users } from '@likeness/contracts/endpoints'
import { migrate as migrateMedia } from '@likeness/media'
import { freePort, openCalls, startProcess, testDatabase, waitFor } from '@likeness/test-kit'
import { openStatementRelay, type Statement } from '@likeness/test-kit/statement-relay'
import pg from 'pg'
import sharp from 'sharp'
import t, { type Test } from 'tap'

const password = 'gravel lantern otter 41'
const anotherCrop = { x: 100, y: 50, width: 600, height: 600 }
const programs = ['accounts', 'accounts-worker', 'media', 'media-worker'] as const
type Program = (typeof programs)[number]

/** The four processes, each with a relay of its own before PostgreSQL, which has the queue too. */
async function startAll(t: Test) {
  const folder = await mkdtemp(join(tmpdir(), 'likeness-counts-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const noteSyncs = join(folder, 'syncs')
  writeFileSync(noteSyncs, '')
  const databases = {
    accounts: await testDatabase(t, { name: 'accounts', migrate: migrateAccounts }),
    media: await testDatabase(t, { name: 'media', migrate: migrateMedia }),
    queue: await testDatabase(t, { name: 'queue', migrate: async () => undefined }),
  }
  const [accountsPort, mediaPort] = [await freePort(), await freePort()]
  const urls = { accounts: `http://127.0.0.1:${accountsPort}`, media: `http://127.0.0.1:${mediaPort}` }
  const preload = fileURLToPath(new URL('../dist/testing/note-syncs.js', import.meta.url))
  const start = async (program: Program) => {
    const service = program.startsWith('accounts') ? 'accounts' : 'media'
    const relay = await openStatementRelay(databases.queue)
    t.teardown(() => relay.close())
    const running = await startProcess(t, program, {
      DATABASE_URL: relay.urlOf(databases[service]),
      QUEUE_URL: relay.urlOf(databases.queue),
      STORAGE_URL: pathToFileURL(join(folder, 'pictures')).href,
      PUBLIC_URL: 'http://127.0.0.1',
      ACCOUNTS_URL: urls.accounts,
      MEDIA_URL: urls.media,
      SERVICE_SECRET: 'a secret of this test, 32 characters or more',
      KEY_SECRET: 'another of this test, 32 characters or more',
      RATE_LIMIT_PER_IP: 'off',
      LOG_LEVEL: 'warn',
      DECODERS: '1',
      NODE_OPTIONS: `--import=${pathToFileURL(preload).href}`,
      NOTE_SYNCS: noteSyncs,
      ...(program === 'accounts' && { PORT: String(accountsPort) }),
      ...(program === 'media' && { PORT: String(mediaPort) }),
    })
    return { relay, stop: () => running.stop() }
  }
  const [accounts, accountsWorker, media, mediaWorker] = await Promise.all(programs.map(start))
  if (!accounts || !accountsWorker || !media || !mediaWorker) throw new Error('not started')
  const db = new pg.Client(databases.media)
  await db.connect()
  t.teardown(() => db.end())
  return {
    ...{ urls, folder, db },
    parts: { accounts, 'accounts-worker': accountsWorker, media, 'media-worker': mediaWorker },
    /** How often a program has asked for a sync so far. */
    syncsOf: (program: Program) =>
      readFileSync(noteSyncs, 'utf8').match(new RegExp(`/${program}\\.js$`, 'gm'))?.length ?? 0,
  }
}
type Started = Awaited<ReturnType<typeof startAll>>

/** What a statement is called: its name, or how it begins. */
function labelOf({ name, text }: Statement): string {
  // The queue's library names its statements by a hash.
  if (name !== '' && !/^[0-9a-f]{16}$/.test(name)) return name
  return text
    .replaceAll(/\/\*.*?\*\/|^\s*--/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 40)
}

type Upload = {
  /** When its upload began; its owner's registration is older. */
  readonly since: number
  readonly userId: string
  readonly id: string
}
type Picture = Upload & {
  readonly syncs: { readonly media: number; readonly worker: number }
}

/**
 * A picture from its upload to the profile, by someone new. It is done again until its files came into folders that were
 * there, and accounts answered in time: a slow machine would have other counts.
 */
async function publish(started: Started, choice: { crop?: typeof anotherCrop }): Promise<Picture> {
  const { urls, db, syncsOf } = started
  const body = await picture()
  const momentOf = (id: string) => id.slice(0, 8)
  let before = ''
  for (;;) {
    const { userId, call } = await joinAs(urls)
    const since = performance.now()
    const [media, worker] = [syncsOf('media'), syncsOf('media-worker')]
    const { id } = (await call(uploads.create, { body })).body
    await waitFor(() => holds(db, id, 'rendered_ahead is not null'), { for: 'the variants' })
    const { status } = (await call(uploads.confirm, { params: { id }, body: choice })).body
    await waitFor(() => holds(db, id, "status = 'published'"), { for: 'the publication' })
    const isUsual = momentOf(id) === momentOf(before) && (choice.crop !== undefined || status === 'published')
    if (isUsual)
      return {
        since,
        userId,
        id,
        syncs: { media: syncsOf('media') - media, worker: syncsOf('media-worker') - worker },
      }
    before = id
  }
}

/** An upload by someone new, with an Idempotency-Key. */
async function uploadWithKey({ urls }: Started): Promise<Upload> {
  const { userId, call } = await joinAs(urls)
  const since = performance.now()
  const headers = { 'idempotency-key': 'once' }
  const { id } = (await call(uploads.create, { body: await picture(), headers })).body
  return { since, userId, id }
}

async function picture(): Promise<Blob> {
  const create = { width: 1200, height: 900, channels: 3, background: '#336699' } as const
  return new Blob([new Uint8Array(await sharp({ create }).jpeg().toBuffer())], { type: 'image/jpeg' })
}

async function holds(db: pg.Client, id: string, condition: string): Promise<boolean> {
  const { rowCount } = await db.query(`select from uploads where id = $1 and ${condition}`, [id])
  return rowCount === 1
}

let people = 0
/** Someone new, logged in. */
async function joinAs(urls: Started['urls']) {
  people += 1
  const username = `counted${people}`
  const accounts = openCalls(urls.accounts).call
  await accounts(users.register, { body: { username, email: `${username}@likeness.test`, password } })
  const { body } = await accounts(sessions.logIn, { body: { login: username, password } })
  const { call } = openCalls(urls.media, { token: body.accessToken })
  return { userId: body.user.id, token: body.accessToken, refreshToken: body.refreshToken, accounts, call }
}

/** Notices are sent together, as many as there are at that moment: one statement or two. */
const gathered = /: notify$/

/** Every statement about one picture, by the program that sent it, in the order of the alphabet. */
function statementsAbout({ parts }: Started, { userId, id, since }: Upload): string[] {
  return programs
    .filter((program) => program !== 'accounts-worker')
    .flatMap((program) =>
      parts[program].relay.statements
        .filter(
          ({ sentAt, text, values }) =>
            sentAt > since && [userId, id].some((one) => `${text}${values}`.includes(one)),
        )
        .map((statement) => `${program}: ${labelOf(statement)}`),
    )
    .filter((label, index, all) => !gathered.test(label) || all.indexOf(label) === index)
    .sort()
}

/** The statements of the accounts API during a call, but for those that it sends by the clock. */
async function statementsOf({ parts }: Started, work: () => Promise<unknown>): Promise<string[]> {
  const { statements } = parts.accounts.relay
  const before = statements.length
  await work()
  const byTheClock = /ended_in >=|signing_keys/
  return statements
    .slice(before)
    .filter(({ text }) => !byTheClock.test(text))
    .map(labelOf)
}

// Each list is exact: what a change adds or saves is written here with it. A statement without a name is parsed and
// planned at each run, and stands here by its first words. The queue's looks for work come by the clock and are left
// out, as is what it does to take and finish a job.

/** In both cases: what stages an upload and prepares it. */
const prepared = [
  'media-worker: find-upload',
  'media-worker: mark-prepared',
  'media-worker: mark-rendered-ahead',
  'media-worker: notify',
  'media: Insert a single job, routing it to waiti',
  'media: confirm-upload',
  'media: notify',
  'media: stage-upload',
]

/** The API publishes what was rendered ahead. */
const withDefaultCrop = [...prepared, 'accounts: show-avatar', 'media: publish-upload']

/** The worker renders another crop: one more job. Whether the crop is another, the row tells. */
const withAnotherCrop = [
  ...prepared,
  'accounts: show-avatar',
  'media: find-upload',
  'media-worker: find-publication',
  'media-worker: publish-upload',
  'media-worker: show-rendered',
  'media: Insert a single job, routing it to waiti',
]

t.test('the statements, syncs and connections of each operation', async (t) => {
  const started = await startAll(t)
  const byDefault = await publish(started, {})
  const cropped = await publish(started, { crop: anotherCrop })
  const keyed = await uploadWithKey(started)

  t.test('reading the profile and refreshing', async (t) => {
    const { accounts, token, refreshToken } = await joinAs(started.urls)
    t.strictSame(await statementsOf(started, () => accounts(me.read, { token })), ['find-person'])
    t.strictSame(await statementsOf(started, () => accounts(sessions.refresh, { body: { refreshToken } })), [
      'find-refreshable',
      'rotate-free-sessions',
    ])
  })

  t.test('syncs of an upload by the API, and of its preview and variants by the worker', async (t) => {
    // The original and its folder. The preview, its folder, and the ten variants with theirs.
    t.strictSame(byDefault.syncs, { media: 2, worker: 14 })
    // The ten variants once more, their folder and what it lies in.
    t.strictSame(cropped.syncs, { media: 2, worker: 27 })
  })

  t.test('connections to PostgreSQL of the whole stack, once nobody asks for anything', async (t) => {
    const open = () => programs.map((program) => started.parts[program].relay.connections())
    await waitFor(() => open().reduce((sum, one) => sum + one, 0) <= 20, { for: 'at most 20 connections' })
    t.comment(`open: ${open().join(' + ')}`)
  })

  t.test('from upload to profile', async (t) => {
    // Those that stop send what they still have to.
    for (const program of programs) await started.parts[program].stop()
    t.strictSame(statementsAbout(started, byDefault), withDefaultCrop.toSorted())
    t.strictSame(statementsAbout(started, cropped), withAnotherCrop.toSorted())
  })

  t.test('an upload with an Idempotency-Key', async (t) => {
    const ofTheApi = statementsAbout(started, keyed).filter((label) => label.startsWith('media: '))
    t.strictSame(ofTheApi, [
      'media: Insert a single job, routing it to waiti',
      'media: claim-key',
      'media: keep-answer',
      'media: stage-upload',
    ])
  })
})
