import { closeSync, fstatSync } from 'node:fs'
import { errorCode } from './error-code.js'
import { call } from './write-durably.js'

/**
 * Makes an fsync for folders that callers share: whoever asks while one is under way gets the next one
 * together with everybody else who asks meanwhile. Ten blobs put at once into one folder cost two or three
 * syncs of it instead of ten.
 *
 * The returned function resolves once every change made to the folder before the call is on the disk, with
 * what tells this folder from another one at the same path at another time. A folder that is gone has nothing to
 * keep, which is no error, and resolves with undefined.
 */
export function sharedFolderSync(): (folder: string) => Promise<string | undefined> {
  const running = new Map<string, Promise<string | undefined>>()
  const queued = new Map<string, Promise<string | undefined>>()

  return function syncFolder(folder) {
    const joined = queued.get(folder)
    if (joined) return joined
    const current = running.get(folder)
    if (!current) return start(folder)
    // The one under way may have begun before the caller's change: it does not count for them.
    const next = current
      .catch(() => undefined)
      .then(() => {
        queued.delete(folder)
        return start(folder)
      })
    queued.set(folder, next)
    return next
  }

  function start(folder: string): Promise<string | undefined> {
    const sync = fsyncFolder(folder).finally(() => running.delete(folder))
    running.set(folder, sync)
    return sync
  }
}

async function fsyncFolder(folder: string): Promise<string | undefined> {
  // Windows has no fsync of a folder; NTFS journals names itself.
  if (process.platform === 'win32') return undefined
  try {
    const opened = await call.open(folder, 'r')
    try {
      await call.fsync(opened)
      // The birth time too: a file system gives a number to another folder soon after the first is gone.
      const { ino, birthtimeNs } = fstatSync(opened, { bigint: true })
      return `${ino} ${birthtimeNs}`
    } finally {
      closeSync(opened)
    }
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
    return undefined
  }
}
