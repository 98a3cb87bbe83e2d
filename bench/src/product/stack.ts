import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { startPostgres } from '@likeness/local/embedded/start-postgres'
import { startRedis } from '@likeness/local/embedded/start-redis'
import { freePort, waitFor } from '@likeness/test-kit/processes'
import { entryOf, runCli } from './tree.js'
import { withDatabase } from './with-database.js'

/** One process of the product. */
type Part = { readonly url: string; readonly pid: number; stop(): Promise<void> }

const names = ['accounts', 'accountsWorker', 'media', 'mediaWorker'] as const
export type Name = (typeof names)[number]

/** The processes of a deployment on this machine, each on a port of its own, without a gateway. */
export type Stack = {
  /** Those that run; each can be stopped and started again. */
  readonly parts: Readonly<Record<Name, Part>>
  /** The process of PostgreSQL whose children serve the connections. */
  readonly postgresPid: number
  readonly databases: Readonly<Record<'accounts' | 'media' | 'queue', string>>
  /** Of this stack, deleted with it. */
  readonly folder: string
  /** The environment of each process; the CLI of a service takes that of its API. */
  readonly envs: Readonly<Record<Name, Readonly<Record<string, string>>>>
  /** URL of another database of the same server, made now. */
  makeDatabase(name: string): Promise<string>
  start(name: Name): Promise<void>
  close(): Promise<void>
}

export type StackOptions = {
  readonly queue?: 'postgres' | 'redis'
  /** Settings of the services. */
  readonly env?: Readonly<Record<string, string>>
  /** Settings of PostgreSQL on top of its defaults, which sync to the disk. */
  readonly postgres?: Readonly<Record<string, string>>
  /** Sends a process to its databases by another way, such as a relay that looks at statements. */
  readonly wayOf?: (name: Name, url: string) => Promise<string>
}

/**
 * Starts PostgreSQL, migrates with the tree's own CLI and runs the tree's processes.
 * @returns undefined for `redis` where no redis-server is installed
 */
export async function openStack(options: StackOptions = {}): Promise<Stack | undefined> {
  const { wayOf = async (_name: Name, url: string) => url } = options
  const folder = await mkdtemp(join(tmpdir(), 'likeness-bench-'))
  await mkdir(join(folder, 'pictures'))
  const postgres = await startPostgres({
    folder: join(folder, 'postgres'),
    port: await freePort(),
    password: randomBytes(16).toString('hex'),
    settings: options.postgres ?? {},
    // Even if this process is gone by then.
    removeAfterwards: [folder],
  })
  const redis = options.queue === 'redis' ? await startRedis({ folder, port: await freePort() }) : undefined
  const parts: Partial<Record<Name, Part>> = {}
  const close = async () => {
    await Promise.all(Object.values(parts).map((part) => part.stop()))
    await redis?.stop()
    await postgres.stop()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  if (options.queue === 'redis' && !redis) {
    await close()
    return undefined
  }
  try {
    const makeDatabase = async (name: string): Promise<string> => {
      await withDatabase(postgres.url('postgres'), (db) => db.query(`create database ${name}`))
      return postgres.url(name)
    }
    const databases = {
      accounts: await makeDatabase('accounts'),
      media: await makeDatabase('media'),
      queue: await makeDatabase('queue'),
    }
    const ports = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await freePort()])))
    const urlOf = (name: Name) => `http://127.0.0.1:${ports[name]}`
    const common = {
      PATH: process.env.PATH ?? '',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'warn',
      PUBLIC_URL: 'http://127.0.0.1',
      SERVICE_SECRET: randomBytes(24).toString('hex'),
      KEY_SECRET: randomBytes(24).toString('hex'),
      STORAGE_URL: pathToFileURL(join(folder, 'pictures')).href,
      ACCOUNTS_URL: urlOf('accounts'),
      MEDIA_URL: urlOf('media'),
      ACCESS_TOKEN_SECONDS: '3600',
      ...withoutLimits,
      ...options.env,
    }
    const envOf = async (name: Name) => ({
      ...common,
      DATABASE_URL: await wayOf(name, databases[serviceOf(name)]),
      QUEUE_URL: redis?.url ?? (await wayOf(name, databases.queue)),
      PORT: String(ports[name]),
    })
    const [accounts, accountsWorker, media, mediaWorker] = await Promise.all([
      envOf('accounts'),
      envOf('accountsWorker'),
      envOf('media'),
      envOf('mediaWorker'),
    ])
    const envs = { accounts, accountsWorker, media, mediaWorker }
    const start = async (name: Name) => {
      const entry = entryOf(serviceOf(name), name.endsWith('Worker') ? 'worker' : 'http')
      parts[name] = await startPart(entry, urlOf(name), envs[name])
    }
    await Promise.all([
      runCli('accounts', ['migrate'], envs.accounts),
      runCli('media', ['migrate'], envs.media),
    ])
    await Promise.all(names.map(start))
    const [pid = ''] = (await readFile(join(folder, 'postgres/postmaster.pid'), 'utf8')).split('\n')
    return {
      parts: parts as Record<Name, Part>,
      postgresPid: Number(pid),
      databases,
      folder,
      envs,
      makeDatabase,
      start,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

const serviceOf = (name: Name) => (name.startsWith('accounts') ? 'accounts' : 'media')

/** What keeps one machine from asking as much as a thousand. */
const withoutLimits = {
  RATE_LIMIT_PER_IP: 'off',
  PENDING_PER_USER: '1000000',
  UPLOADS_PER_10_MINUTES: '1000000',
  RECEIVING_PER_USER: '1000000',
  STORED_BYTES_PER_USER: 'off',
  LOGINS_PER_MINUTE: '1000000',
  LOGINS_PER_HOUR: '1000000',
  REFRESHES_PER_MINUTE: '1000000',
}

async function startPart(entry: string, url: string, env: Record<string, string>): Promise<Part> {
  const child = fork(entry, [], { env, execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  let living = true
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve())).finally(() => {
    living = false
  })
  const ready = async () => !living || (await fetch(`${url}/readyz`)).ok
  await waitFor(ready, { for: entry, timeoutMs: 120_000 })
  if (!living) throw new Error(`${entry} ended before it was ready`)
  return {
    url,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
