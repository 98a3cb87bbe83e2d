import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { migrate as migrateAccounts } from '@likeness/accounts'
import { AccountsConfig } from '@likeness/accounts/config'
import { sessions } from '@likeness/contracts/endpoints'
import { migrate as migrateMedia } from '@likeness/media'
import { MediaConfig } from '@likeness/media/config'
import { noRedis, openCalls, programFile, testDatabase, testQueueUrl, waitFor } from '@likeness/test-kit'
import pg from 'pg'
import t, { type Test } from 'tap'
import { assertFlow, noCurl } from './testing/readme-flow.js'
import { type Likeness, launchLikeness, startLikeness } from './testing/start-likeness.js'

const notLinux = process.platform !== 'linux' && 'it looks for processes in /proc'
/** Connections of both APIs and both workers while nothing happens. */
const mostIdle = 20
// While one system idles until its connections are closed, the tests of another go on.
t.jobs = 2

/** Lets `npm start` create its own administrator. */
const noAdmin = { ADMIN_EMAIL: '', ADMIN_PASSWORD: '' }

async function dataFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'likeness-start-'))
  t.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }))
  return folder
}

/** Living processes that were started on a data folder: their environment or working directory names it. */
async function processesOn(folder: string): Promise<{ pid: number; command: string }[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0 && pid !== process.pid)
  const read = (path: string) => readFile(path, 'utf8').catch(() => '')
  const found = await Promise.all(
    pids.map(async (pid) => {
      const workingDirectory = await readlink(`/proc/${pid}/cwd`).catch(() => '')
      const environment = await read(`/proc/${pid}/environ`)
      const started = environment.includes(folder) || workingDirectory.startsWith(folder)
      return started ? [{ pid, command: (await read(`/proc/${pid}/cmdline`)).replaceAll('\0', ' ') }] : []
    }),
  )
  return found.flat()
}

const allEnded = (folder: string) =>
  waitFor(async () => (await processesOn(folder)).length === 0, { for: 'all to end' })

/** All that it printed but the lines about its progress. */
const said = (likeness: Likeness) => likeness.output().replace(/^\d\/3 .* … .*\n/gm, '')

async function logIn({ url }: Likeness, { email, password }: { email: string; password: string }) {
  return (await openCalls(url).call(sessions.logIn, { body: { login: email, password } })).status
}

t.test('one data folder through starts, stops and accidents', { skip: notLinux }, async (t) => {
  const DATA_DIR = await dataFolder(t)
  const postmasterLock = join(DATA_DIR, 'postgres/postmaster.pid')
  const first = await startLikeness(t, { DATA_DIR, ...noAdmin })
  const [, email = '', password = ''] = /(\S+) with password (\S+)/.exec(first.output()) ?? []
  const admin = { email, password }

  await t.test('the first start creates an administrator and serves the page', async (t) => {
    const phases = /^1\/3 Starting PostgreSQL, .+ s\n2\/3 Migrating .+ s\n3\/3 Opening … .*\bgateway\b.* s\n/
    t.match(first.output(), phases)
    t.equal(await logIn(first, admin), 201)
    t.equal((await fetch(first.url, { headers: { accept: 'text/html' } })).status, 200)
  })

  await t.test('the README’s flow, copied verbatim', { skip: noCurl }, (t) => assertFlow(t, first.url))

  await t.test('the commands for the same data folder find its settings, and nobody else does', async (t) => {
    t.equal((await stat(join(DATA_DIR, 'settings.json'))).mode & 0o777, 0o600)
    const env = { PATH: process.env.PATH, DATA_DIR }
    const command = async (service: string, ...args: string[]) => {
      const entry = programFile(`likeness-${service}`)
      return (await promisify(execFile)(process.execPath, [entry, ...args, '--json'], { env })).stdout
    }
    // While the run by schedule is under way, a second does nothing.
    const expired = async () => {
      const result: { expired?: number } = JSON.parse(await command('media', 'expire-uploads'))
      return result.expired !== undefined && [result.expired]
    }
    t.strictSame(await waitFor(expired, { for: 'a run of expire-uploads' }), [0])
    t.match(await command('accounts', 'list'), email)
  })

  await t.test('at rest, all of it holds few connections to PostgreSQL', async (t) => {
    const settings = JSON.parse(await readFile(join(DATA_DIR, 'settings.json'), 'utf8'))
    const client = new pg.Client(settings.media.DATABASE_URL)
    await client.connect()
    const others = `select from pg_stat_activity
      where backend_type = 'client backend' and pid <> pg_backend_pid()`
    const few = async () => ((await client.query(others)).rowCount ?? 0) <= mostIdle
    await waitFor(few, { for: 'idle connections to be closed' })
    await client.end()
    t.pass('few')
  })

  await t.test('Ctrl-C ends everything in good order', async (t) => {
    t.equal(await first.stop('SIGINT'), 0)
    t.match(first.output(), /^Likeness is ready at http:\S+\nStopping …\n$/m, 'without any error output')
    t.strictSame(await processesOn(DATA_DIR), [])
    t.notOk((await readdir(DATA_DIR)).includes('settings.json'))
  })

  await t.test('lock files with the number of another process are no obstacle', async (t) => {
    // A killed container leaves them like this: the next one gives its process numbers to others.
    const lock = [process.pid, join(DATA_DIR, 'postgres'), 1_700_000_000, 5432, '', '127.0.0.1', '']
    await writeFile(postmasterLock, lock.join('\n'))
    await writeFile(join(DATA_DIR, 'running.json'), JSON.stringify({ pid: process.pid, started: 'before' }))
    const second = await startLikeness(t, { DATA_DIR, ...noAdmin })
    t.equal(await logIn(second, admin), 201, 'and the second start finds what the first created')
    t.notMatch(second.output(), 'password', 'which it does not print again')
    t.equal((await processesOn(DATA_DIR)).length >= 4, true, 'supervisor, services, keeper, PostgreSQL')
    await second.stop('SIGKILL')
  })

  // On a signal, the host meets an error that nothing handles.
  const faulty = `process.on('SIGUSR2', () => setImmediate(() => { throw new Error('unexpected') }))`
  const third = await startLikeness(t, {
    DATA_DIR,
    NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(faulty)}`,
  })
  await t.test('after a SIGKILL the next start works at once', async (t) => {
    t.equal(await logIn(third, admin), 201)
  })

  await t.test('a process that dies is named and started again', async (t) => {
    const accidents: [command: string, signal: NodeJS.Signals, name: string, reason: string][] = [
      ['/dist/host.js', 'SIGKILL', 'services', 'SIGKILL'],
      ['/dist/host.js', 'SIGUSR2', 'services', 'exit code 1; Error: unexpected'],
      ['bin/postgres', 'SIGKILL', 'PostgreSQL', 'exit code 1'],
    ]
    for (const [command, signal, name, reason] of accidents) {
      const before = third.output().length
      const printed = () => third.output().slice(before)
      const running = await processesOn(DATA_DIR)
      const part = running.find((one) => one.command.includes(command) && !one.command.includes('keeper'))
      if (part === undefined) throw new Error(`${name} does not run.`)
      process.kill(part.pid, signal)
      const end = `${name} ended (${reason}); starting it again in `
      await waitFor(() => printed().includes(end), { for: end })
      await waitFor(() => printed().includes(`\n${name} is back.\n`), { for: name })
      t.notMatch(printed(), /\d\/3 /, 'without the phases of a first start')
    }
    const works = async () => (await logIn(third, admin)) === 201
    t.ok(await waitFor(works, { for: 'a login' }))
  })

  await t.test('in the end nothing of any start is left', async (t) => {
    t.equal(await third.stop('SIGTERM'), 0)
    await t.resolves(allEnded(DATA_DIR))
  })

  await t.test('data of another PostgreSQL is refused', async (t) => {
    await writeFile(join(DATA_DIR, 'postgres/PG_VERSION'), '19\n')
    const refused = await launchLikeness(t, { DATA_DIR })
    t.equal(await refused.ended, 1)
    t.match(said(refused), /^\S+ holds data of PostgreSQL 19, this Likeness runs 18: .+\.\n$/)
  })
})

t.test('--help lists every setting with its choices and its default, and starts nothing', async (t) => {
  const help = async (program: string) =>
    (await promisify(execFile)(process.execPath, [programFile(program), '--help'])).stdout
  const all = await help('start')
  for (const line of [
    /^ {2}PORT {2,}port to listen on \(1 to 65535; default 8080\)$/m,
    /^ {2}REGISTRATIONS_PER_HOUR_PER_IP {2,}\w.* default \d+\)$/m,
    /^ {2}EMAIL_VERIFICATION {2,}.*\(mandatory, optional, off; default optional\)$/m,
    /^ {2}AVATAR_SIZES {2,}.*\(default 32,64,128,256,512\)$/m,
    /^ {2}KEEP_ORIGINALS {2,}.*\(forever or 0 to 36500; default forever\)$/m,
  ]) {
    t.match(all, line)
  }
  for (const name of [AccountsConfig, MediaConfig].flatMap(({ shape }) => Object.keys(shape))) {
    if (!/^(DATABASE_URL|ACCOUNTS_URL|MEDIA_URL|TRUST_PROXY)$/.test(name))
      t.match(all, new RegExp(`\\b${name}\\b`))
  }
  for (const program of ['gateway', 'accounts', 'media-worker']) {
    const lines = (await help(program)).trimEnd().split('\n').slice(1)
    for (const line of lines) t.match(line, /^ {2}[A-Z\d_]+ {2,}\S.*\b(default \S|required\))/)
  }
  const mistaken = await promisify(execFile)(process.execPath, [programFile('start'), '--port']).catch(
    (error: { code: number; stderr: string }) => error,
  )
  t.match(mistaken, { code: 2, stderr: /no option --port/ })
})

t.test('given settings are used, and unusable ones are reported in one line', async (t) => {
  const makeDatabases = async () => ({
    ACCOUNTS_DATABASE_URL: await testDatabase(t, { name: 'accounts_start', migrate: migrateAccounts }),
    MEDIA_DATABASE_URL: await testDatabase(t, { name: 'media_start', migrate: migrateMedia }),
  })
  // By itself: accounts may have made a signing key, with a secret of this data folder, before it ends.
  const weak = await launchLikeness(t, { ...(await makeDatabases()), ADMIN_PASSWORD: 'password' })
  t.equal(await weak.ended, 1)
  t.match(said(weak), /^No first administrator: .+ \(.+\)\.\n$/)

  const databases = await makeDatabases()
  const media = databases.MEDIA_DATABASE_URL
  const QUEUE_URL = await testQueueUrl(t, noRedis ? 'postgres' : 'redis', media)
  const password = 'plum-velocity-hinge-92'
  const files = t.testdir({ password: `${password}\n`, pictures: {}, 'no-folder': '' })
  await writeFile(join(files, 'storage'), `${pathToFileURL(join(files, 'pictures')).href}\n`)
  const running = await startLikeness(t, {
    ...databases,
    QUEUE_URL,
    ADMIN_PASSWORD: '',
    ADMIN_PASSWORD_FILE: `${files}/password`,
    STORAGE_URL_FILE: `${files}/storage`,
  })
  t.equal(await logIn(running, { ...running.admin, password }), 201)
  t.notOk((await readdir(running.dataDir)).includes('blobs'), 'pictures are where the file says')
  t.notOk((await readdir(running.dataDir)).includes('postgres'), 'no PostgreSQL was started')
  await t.test('the README’s flow, with the queue on Redis', { skip: noCurl || noRedis }, (t) =>
    assertFlow(t, running.url),
  )

  const refusals: [env: Record<string, string>, line: RegExp][] = [
    [{ PORT: new URL(running.url).port }, /^Port \d+ of 127\.0\.0\.1 is taken: set PORT to a free one\.\n$/],
    [{ DATA_DIR: running.dataDir }, /^Likeness already runs on \S+ \(process \d+, http:\S+\)\.\n$/],
    [{ DATA_DIR: '/dev/null/x' }, /^\/dev\/null\/x is a file, or in one: set DATA_DIR to a folder\.\n$/],
    [
      { DATA_DIR: '/proc/x/y' },
      /^The data folder \/proc\S* cannot be written \(\w+\): set DATA_DIR to another one\.\n$/,
    ],
    [
      { DATA_DIR: `${files}/no-folder` },
      /^\S+\/no-folder is a file, or in one: set DATA_DIR to a folder\.\n$/,
    ],
    [{ HOST: '192.0.2.1' }, /^Nothing can listen on 192\.0\.2\.1 \(EADDRNOTAVAIL\): set HOST to .+\.\n$/],
    [
      {
        PORT: '99999',
        ADMIN_EMAIL: 'nobody',
        LOGINS_PER_MINUTE: 'x',
        IMAGE_MAX_BYTES: '1',
        CORS_ORIGINS: '*',
        MAIL_URL_FILE: '/nowhere',
      },
      /^MAIL_URL_FILE: .+\nPORT: .+\nADMIN_EMAIL: .+\nCORS_ORIGINS: .+\nLOGINS_PER_MINUTE: .+\nIMAGE_MAX_BYTES: .+\n$/,
    ],
    [{ ACCOUNTS: 'off' }, /^ISSUERS is required with ACCOUNTS=off: .+\n$/],
    [{ ACCOUNTS: 'none' }, /^ACCOUNTS: .+\n$/],
    [{ DATABASE_URL: media }, /^Each service has its own database: set ACCOUNTS_DATABASE_URL and .+\.\n$/],
    // A key of the other data folder encrypts the signing keys of this database.
    [databases, /^accounts did not start: .*\n? *KEY_SECRET: .+\n$/],
  ]
  for (const [env, line] of refusals) {
    const refused = await launchLikeness(t, env)
    t.equal(await refused.ended, 1, JSON.stringify(env))
    t.match(said(refused), line)
    if (!notLinux && refused.dataDir !== running.dataDir) t.strictSame(await processesOn(refused.dataDir), [])
  }
  t.equal((await fetch(`${running.url}/readyz`)).status, 200, 'the running one still runs')
  await running.stop()

  const client = new pg.Client(media)
  await client.connect()
  await client.query(`INSERT INTO kysely_migration VALUES ('29991231T2359-later', now()::text)`)
  await client.end()
  const newer = await launchLikeness(t, databases)
  t.equal(await newer.ended, 1)
  t.match(
    said(newer),
    /^The database was migrated by a newer release of Likeness \(29991231T2359-later\): .+\n$/,
  )
})
