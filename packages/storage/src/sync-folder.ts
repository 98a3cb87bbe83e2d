import { open } from 'node:fs/promises'
import { errorCode } from './error-code.js'

/**
 * Makes an fsync for folders that callers share: whoever asks while one is under way gets the next one
 * together with everybody else who asks meanwhile. Ten blobs put at once into one folder cost two or three
 * syncs of it instead of ten.
 *
 * The returned function resolves once every change made to the folder before the call is on the disk. A
 * folder that is gone has nothing to keep and is no error.
 */
export function sharedFolderSync(): (folder: string) => Promise<void> {
  const running = new Map<string, Promise<void>>()
  const queued = new Map<string, Promise<void>>()

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

  function start(folder: string): Promise<void> {
    const sync = fsyncFolder(folder).finally(() => running.delete(folder))
    running.set(folder, sync)
    return sync
  }
}

async function fsyncFolder(folder: string): Promise<void> {
  // Windows has no fsync of a folder; NTFS journals names itself.
  if (process.platform === 'win32') return
  try {
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
  }
}
