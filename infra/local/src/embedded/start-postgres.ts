import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { waitFor } from '@likeness/test-kit/processes'
import { Fault } from '../fault.js'
import { type Kept, keep } from './keep.js'
import { type PostgresBinaries, postgresBinaries, unprivilegedOwner } from './postgres-binaries.js'
import { endPreviousPostgres } from './previous-postgres.js'

const MAJOR = 18
const SUPERUSER = 'likeness'

export interface PostgresOptions {
  /** The folder of the cluster; created if missing. Its parent must exist. */
  folder: string
  port: number
  /** The superuser's password, the same at every start of the same cluster. */
  password: string
  /** Server settings on top of the defaults, such as `{ fsync: 'off' }`. */
  settings?: Readonly<Record<string, string>>
  /** Folders to delete when it has stopped. */
  removeAfterwards?: readonly string[]
}

/** The superuser's URL of one database of it. */
export const postgresUrl =
  ({ port, password }: Pick<PostgresOptions, 'port' | 'password'>) =>
  (database: string) =>
    `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`

export interface Postgres extends Kept {
  /** The superuser's URL of one database of it. */
  url: (database: string) => string
}

/**
 * Starts a PostgreSQL for this process alone on 127.0.0.1, creates its cluster at the first start, and waits until it
 * answers. It ends with this process.
 *
 * @throws Fault
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { folder, port, password } = options
  const binaries = await postgresBinaries()
  const version = await clusterVersion(folder)
  if (version === undefined) await makeCluster(binaries, folder, password)
  else if (version !== MAJOR) throw otherVersion(folder, version)
  else await endPreviousPostgres(folder)

  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    // A socket file's path is limited to 107 bytes; a repository's is not.
    unix_socket_directories: '',
    max_connections: '200',
    lc_messages: 'C',
    ...options.settings,
  }
  const logFile = join(dirname(folder), 'postgres.log')
  await writeFile(logFile, '', { mode: 0o600 })
  const kept = keep({
    command: binaries.postgres,
    args: [
      '-D',
      clusterPath(folder),
      '-p',
      String(port),
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    cwd: folder,
    logFile,
    stopSignal: 'SIGINT',
    // Root may start a cluster that an ordinary user created.
    ...(unprivilegedOwner && { owner: await ownerOf(folder) }),
    ...(options.removeAfterwards !== undefined && { removeAfterwards: options.removeAfterwards }),
  })
  const answers = async () => !kept.running || (await isReady(folder))
  // After a crash it first recovers what it had, which may take minutes.
  await waitFor(answers, { for: 'PostgreSQL to answer' })
  if (!kept.running) throw new Fault(`PostgreSQL did not start: ${await lastWords(logFile)}`)
  return Object.assign(kept, { url: postgresUrl(options) })
}

async function clusterVersion(folder: string): Promise<number | undefined> {
  try {
    return Number.parseInt(await readFile(join(folder, 'PG_VERSION'), 'utf8'), 10)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new Fault(`${folder} cannot be read (${code}): it may belong to another user, perhaps root.`)
  }
}

function otherVersion(folder: string, version: number): Fault {
  const advice =
    version > MAJOR ? 'use a newer Likeness or another DATA_DIR' : 'dump it with that version first'
  return new Fault(`${folder} holds data of PostgreSQL ${version}, this Likeness runs ${MAJOR}: ${advice}.`)
}

/** Creates the cluster under another name and renames it, so a first start that was cut short simply begins again. */
async function makeCluster(binaries: PostgresBinaries, folder: string, password: string): Promise<void> {
  const unfinished = `${folder}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { recursive: true, mode: 0o700 })
  const secret = await mkdtemp(join(tmpdir(), 'likeness-initdb-'))
  try {
    const passwordFile = join(secret, 'password')
    await writeFile(passwordFile, password, { mode: 0o600 })
    if (unprivilegedOwner !== undefined) {
      const { uid, gid } = unprivilegedOwner
      for (const path of [unfinished, secret, passwordFile]) await chown(path, uid, gid)
    }
    await initdb(binaries, unfinished, passwordFile)
  } finally {
    await rm(secret, { recursive: true, force: true })
  }
  await rename(unfinished, folder)
}

async function initdb(binaries: PostgresBinaries, folder: string, passwordFile: string): Promise<void> {
  const child = spawn(
    binaries.initdb,
    [
      ...['-D', clusterPath(folder), '-U', SUPERUSER, '--pwfile', passwordFile, '-A', 'scram-sha-256'],
      ...['-E', 'UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    ],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], ...unprivilegedOwner },
  )
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text
  })
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (status !== 0) throw new Fault(`PostgreSQL could not create its data folder: ${complaint.trim()}`)
}

/**
 * The path by which PostgreSQL reaches its folder. As root's "nobody" it may lack the right to walk down to it, but the
 * working directory it was started in stays open to it, under this name on Linux.
 */
function clusterPath(folder: string): string {
  return unprivilegedOwner !== undefined && process.platform === 'linux' ? '/proc/self/cwd' : folder
}

async function ownerOf(folder: string): Promise<{ uid: number; gid: number }> {
  const { uid, gid } = await stat(folder)
  return { uid, gid }
}

/** Whether the server says in its lock file that it takes connections: the eighth line, as pg_ctl reads it. */
async function isReady(folder: string): Promise<boolean> {
  const lock = await readFile(join(folder, 'postmaster.pid'), 'utf8')
  return lock.split('\n')[7]?.trim() === 'ready'
}

async function lastWords(logFile: string): Promise<string> {
  const lines = (await readFile(logFile, 'utf8')).trim().split('\n')
  return lines.findLast((line) => /FATAL|PANIC/.test(line)) ?? lines.at(-1) ?? 'it said nothing.'
}

/** A password that needs no escaping in a URL. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url')
}
