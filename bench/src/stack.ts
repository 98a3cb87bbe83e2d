import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { migrate as migrateAccounts } from '@likeness/accounts'
import type { Endpoint } from '@likeness/contracts'
import { type AnswerOf, call, type Input } from '@likeness/contracts/call'
import { sessions, users } from '@likeness/contracts/endpoints'
import { startPostgres } from '@likeness/local/embedded/start-postgres'
import { startRedis } from '@likeness/local/embedded/start-redis'
import { migrate as migrateMedia } from '@likeness/media'
import { freePort, waitFor } from '@likeness/test-kit/processes'
import pg from 'pg'

/** The processes of a deployment on this machine, each on a port of its own, without a gateway. */
export type Stack = {
  readonly accounts: string
  readonly media: string
  /** Process id of the media API. */
  readonly mediaPid: number
  /** Process id of the media worker; its decoders are its children. */
  readonly workerPid: number
  /** URLs of the services' databases. */
  readonly databases: { readonly accounts: string; readonly media: string }
  readonly folder: string
  /** URL of a database of the same server. */
  database(name: string): Promise<string>
  /** Ends the media worker, so that its work does not share the cores with what is measured. */
  stopWorker(): Promise<void>
  close(): Promise<void>
}

/**
 * Starts PostgreSQL with its defaults (fsync on), migrates, and runs both services with their workers.
 * @returns undefined for `redis` where no redis-server is installed
 */
export async function openStack(
  queue: 'postgres' | 'redis',
  env: Record<string, string> = {},
): Promise<Stack | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'likeness-bench-'))
  await mkdir(join(folder, 'pictures'))
  const postgres = await startPostgres({
    folder: join(folder, 'postgres'),
    port: await freePort(),
    password: randomBytes(16).toString('hex'),
  })
  const redis = queue === 'redis' ? await startRedis({ folder, port: await freePort() }) : undefined
  const children: { stop(): Promise<void> }[] = []
  const close = async () => {
    await Promise.all(children.map((child) => child.stop()))
    await redis?.stop()
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
  if (queue === 'redis' && !redis) {
    await close()
    return undefined
  }

  async function database(name: string): Promise<string> {
    const client = new pg.Client(postgres.url('postgres'))
    await client.connect()
    await client.query(`create database ${name}`)
    await client.end()
    return postgres.url(name)
  }
  const [accountsDb, mediaDb, queueDb] = [
    await database('accounts'),
    await database('media'),
    await database('queue'),
  ]
  await migrateAccounts(accountsDb)
  await migrateMedia(mediaDb)

  const ports = await Promise.all(Array.from({ length: 4 }, () => freePort()))
  const urlOf = (index: number) => `http://127.0.0.1:${ports[index]}`
  const common = {
    PATH: process.env.PATH ?? '',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'warn',
    PUBLIC_URL: 'http://127.0.0.1',
    SERVICE_SECRET: randomBytes(24).toString('hex'),
    KEY_SECRET: randomBytes(24).toString('hex'),
    QUEUE_URL: redis?.url ?? queueDb,
    STORAGE_URL: pathToFileURL(join(folder, 'pictures')).href,
    ACCOUNTS_URL: urlOf(0),
    MEDIA_URL: urlOf(2),
    RATE_LIMIT_PER_IP: 'off',
    PENDING_PER_USER: '1000000',
    UPLOADS_PER_10_MINUTES: '1000000',
    RECEIVING_PER_USER: '1000000',
    STORED_BYTES_PER_USER: 'off',
    ...env,
  }
  const start = async (entry: string, index: number, DATABASE_URL: string) => {
    const child = fork(fileURLToPath(new URL(`../../services/${entry}.js`, import.meta.url)), [], {
      env: { ...common, DATABASE_URL, PORT: String(ports[index]) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    const stop = async () => {
      child.kill('SIGTERM')
      await ended
    }
    children.push({ stop })
    await waitFor(async () => (await fetch(`${urlOf(index)}/readyz`)).ok, { for: entry, timeoutMs: 30_000 })
    return { stop, pid: child.pid ?? 0 }
  }
  await start('accounts/dist/http', 0, accountsDb)
  await start('accounts/dist/worker', 1, accountsDb)
  const media = await start('media/dist/http', 2, mediaDb)
  const worker = await start('media/dist/worker', 3, mediaDb)
  const databases = { accounts: accountsDb, media: mediaDb }
  return {
    accounts: urlOf(0),
    media: urlOf(2),
    mediaPid: media.pid,
    workerPid: worker.pid,
    databases,
    folder,
    database,
    stopWorker: worker.stop,
    close,
  }
}

/**
 * Calls endpoints of one service, as someone unless the token is missing.
 * @throws Error when a call is refused
 */
export function openCalls(origin: string, token?: string) {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return async <const Called extends Endpoint>(
    endpoint: Called,
    input: Input<Called>,
  ): Promise<AnswerOf<Called>> => {
    const answer = await call({ origin, headers }, endpoint, input)
    if (answer.ok) return answer
    throw new Error(`${endpoint.id} answered ${answer.status}: ${JSON.stringify(answer.problem)}`)
  }
}

/** Registers a user unless there is one, and logs in. @returns the access token */
export async function logIn(stack: Stack, username: string): Promise<string> {
  const password = 'gravel lantern otter 41'
  const connection = { origin: stack.accounts }
  await call(connection, users.register, {
    body: { username, email: `${username}@bench.test`, password },
  })
  return (await openCalls(stack.accounts)(sessions.logIn, { body: { login: username, password } })).body
    .accessToken
}
