import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { access, mkdir, readFile, rename, rm, rmdir, stat, unlink, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { checkBlobKey, checkBlobPrefix, folderKeys } from './blob-key.js'
import {
  BlobNotFoundError,
  type BlobStore,
  type FolderFile,
  StorageAwayError,
  StorageFullError,
} from './blob-store.js'
import { errorCode } from './error-code.js'
import { settled } from './settled.js'
import { sharedFolderSync } from './sync-folder.js'
import { abandonedAfterMs, walkFolder } from './walk-folder.js'
import { beginPart, writeDurably, writeSmallDurably } from './write-durably.js'

/** Forgetting one costs a sync of the folders above it. */
const foldersRemembered = 10_000

/** `ENOTDIR` and `EISDIR`: a blob stands where the key has a folder, or the other way round. */
const absent = ['ENOENT', 'ENOTDIR', 'EISDIR']
const taken = ['EEXIST', 'ENOTDIR', 'EISDIR']

/**
 * Opens blobs kept as files under `folder`, the key being the path. Several processes may open the same folder.
 *
 * A put writes a temporary file beside the blobs, fsyncs it, renames it to its place and fsyncs the folders;
 * a folder is written and renamed as a whole. A crash leaves at most a temporary file or folder, which is never listed
 * and goes when the storage is opened an hour later, or has been open for as long. One blob's key cannot be the folder
 * of another's.
 *
 * A create writes the file in its place: a rename from folder to folder waits for every other one on the file system.
 * A crash leaves a part, which is listed an hour later, as a blob that no one asked for.
 *
 * Throws when the folder cannot be made or written.
 */
export function openDiskStorage(folder: string): BlobStore {
  const root = resolve(folder)
  const temporaries = join(root, '.incoming')
  try {
    mkdirSync(temporaries, { recursive: true, mode: 0o700 })
    removeAbandoned(temporaries)
  } catch (error) {
    throw new Error(`The storage folder ${root} cannot be written (${errorCode(error)})`, { cause: error })
  }
  const syncFolder = sharedFolderSync()
  const kept = new Map<string, string>()

  const sweep = setInterval(() => {
    try {
      removeAbandoned(temporaries)
    } catch {
      // The folder cannot be read now, which `check` tells; there will be another time.
    }
  }, abandonedAfterMs).unref()

  // Windows has no modes by which a part is known.
  const create = process.platform === 'win32' ? put : createInPlace
  return {
    put,
    create,
    putFolder,
    get,
    fileOf,
    delete: deleteBlobs,
    list,
    check,
    close: async () => clearInterval(sweep),
  }

  async function put(key: string, chunks: Buffer | readonly Buffer[]): Promise<void> {
    const path = join(root, checkBlobKey(key))
    const temporary = newTemporary()
    try {
      await writeDurably(temporary, Buffer.isBuffer(chunks) ? [chunks] : chunks).catch((error: unknown) => {
        throw unwritable(error)
      })
      await moveTo(temporary, path)
    } catch (error) {
      await rm(temporary, { force: true })
      await pruneFrom(dirname(path))
      throw fullOr(error)
    }
    await syncFolders(dirname(path))
  }

  async function putFolder(folder: string, files: readonly FolderFile[]): Promise<void> {
    if (folderKeys(folder, files).length === 0) return
    const path = join(root, folder)
    const temporary = newTemporary()
    try {
      await mkdir(temporary, { mode: 0o700 }).catch((error: unknown) => {
        throw unwritable(error)
      })
      await settled(files.map(({ name, bytes }) => writeSmallDurably(join(temporary, name), bytes)))
      // Before the rename, so that the folder never appears without a file of it.
      await syncFolder(temporary)
      if (!(await becomes(temporary, path))) {
        await settled(files.map(({ name }) => moveTo(join(temporary, name), join(path, name))))
        await rm(temporary, { recursive: true })
        await syncFolders(path)
      } else await syncFolders(dirname(path))
    } catch (error) {
      await rm(temporary, { recursive: true, force: true })
      await pruneFrom(path)
      throw fullOr(error)
    }
  }

  async function createInPlace(key: string, chunks: Buffer | readonly Buffer[]): Promise<void> {
    const path = join(root, checkBlobKey(key))
    const folder = dirname(path)
    try {
      const { written } = await inFolder(folder, () =>
        beginPart(path, Buffer.isBuffer(chunks) ? [chunks] : chunks),
      )
      // The name is in its folder already: both are made durable at once, and share what the disk does for that.
      await settled([written, syncFolders(folder)])
    } catch (error) {
      // Another's blob, or a folder of others.
      if (taken.includes(errorCode(error) ?? '')) throw error
      await rm(path, { force: true })
      await pruneFrom(folder)
      throw unwritable(error)
    }
  }

  async function get(key: string): Promise<Buffer> {
    return readFile(join(root, checkBlobKey(key))).catch((error: unknown) => {
      throw absentOr(key, error)
    })
  }

  async function fileOf(key: string): Promise<string> {
    const path = join(root, checkBlobKey(key))
    const found = await stat(path).catch((error: unknown) => {
      throw absentOr(key, error)
    })
    // A folder is the beginning of other keys.
    if (!found.isFile()) throw new BlobNotFoundError(key)
    return path
  }

  async function deleteBlobs(keys: readonly string[]): Promise<void> {
    const paths = keys.map((key) => join(root, checkBlobKey(key)))
    await Promise.all(paths.map(unlinkIfThere))
    const left = await Promise.all([...new Set(paths.map((path) => dirname(path)))].map(pruneFrom))
    await Promise.all([...new Set(left)].map(syncFolder))
  }

  function list(prefix: string) {
    return walkFolder(root, checkBlobPrefix(prefix))
  }

  async function check(): Promise<void> {
    const probe = newTemporary()
    try {
      await writeFile(probe, 'probe')
    } catch (error) {
      throw fullOr(error)
    } finally {
      await rm(probe, { force: true })
    }
  }

  /** Makes a file in a folder, which a delete may prune between making it and that, so both are tried again. */
  async function inFolder<Made>(folder: string, make: () => Promise<Made>): Promise<Made> {
    for (let attemptsLeft = 20; ; attemptsLeft--) {
      try {
        return await make()
      } catch (error) {
        if (errorCode(error) !== 'ENOENT' || attemptsLeft === 0) throw error
      }
      // Without it the disk is not mounted, and the folders would be made beneath it.
      await access(temporaries)
      await mkdir(folder, { recursive: true, mode: 0o700 })
    }
  }

  function moveTo(temporary: string, path: string): Promise<void> {
    return inFolder(dirname(path), () => rename(temporary, path))
  }

  /** Moves a folder to a place where there is none. @returns false when there is one */
  async function becomes(temporary: string, path: string): Promise<boolean> {
    try {
      await moveTo(temporary, path)
      return true
    } catch (error) {
      // Windows refuses with EPERM what POSIX refuses with the others.
      if (!['EEXIST', 'ENOTEMPTY', 'EPERM'].includes(errorCode(error) ?? '')) throw error
      return false
    }
  }

  function newTemporary(): string {
    return join(temporaries, randomUUID())
  }

  /**
   * Syncs a folder, and those above it unless its own name is known to be on the disk: another put may have
   * made it and not synced that yet. A folder is known by what it is, not by its path alone: it may have been
   * removed and made again since.
   */
  async function syncFolders(folder: string): Promise<void> {
    const identity = await syncFolder(folder)
    if (folder === root || identity === undefined || kept.get(folder) === identity) return
    await syncFolders(dirname(folder))
    if (kept.size >= foldersRemembered) kept.clear()
    kept.set(folder, identity)
  }

  /** Removes the folder and those above it while they are empty. Returns the first that stays. */
  async function pruneFrom(folder: string): Promise<string> {
    if (folder === root) return root
    try {
      await rmdir(folder)
    } catch (error) {
      // Gone already: by another delete, which may have stopped right there.
      if (errorCode(error) !== 'ENOENT') return folder
    }
    return pruneFrom(dirname(folder))
  }
}

const absentOr = (key: string, error: unknown): unknown =>
  absent.includes(errorCode(error) ?? '') ? new BlobNotFoundError(key) : error

async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    if (!absent.includes(errorCode(error) ?? '')) throw error
  }
}

/** A new file has a name of its own, so what keeps it from being written concerns the whole folder. */
function unwritable(error: unknown): unknown {
  const known = fullOr(error)
  return known === error && errorCode(error) !== undefined ? new StorageAwayError({ cause: error }) : known
}

function fullOr(error: unknown): unknown {
  const code = errorCode(error)
  return code === 'ENOSPC' || code === 'EDQUOT' ? new StorageFullError({ cause: error }) : error
}

function removeAbandoned(temporaries: string): void {
  for (const name of readdirSync(temporaries)) {
    const path = join(temporaries, name)
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > abandonedAfterMs) rmSync(path, { recursive: true, force: true })
  }
}
