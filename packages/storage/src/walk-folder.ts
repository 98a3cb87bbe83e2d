import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isBlobName } from './blob-key.js'
import type { BlobEntry } from './blob-store.js'
import { errorCode } from './error-code.js'
import { isPart } from './write-durably.js'

/** No write takes this long, so an older part or temporary file belongs to a process that died. */
export const abandonedAfterMs = 60 * 60 * 1000

/**
 * Yields the blobs under `root` whose key starts with `prefix`, in key order. Names that cannot be part of a
 * key (the temporary folder, `lost+found`) are skipped, and so are parts unless they are abandoned.
 */
export function walkFolder(root: string, prefix: string): AsyncGenerator<BlobEntry> {
  return walk(root, prefix.slice(0, prefix.lastIndexOf('/') + 1), prefix)
}

/** `folder` is a key's beginning: empty or ending in a slash. */
async function* walk(root: string, folder: string, prefix: string): AsyncGenerator<BlobEntry> {
  for (const key of await keysIn(root, folder)) {
    if (key.endsWith('/')) {
      if (key.startsWith(prefix) || prefix.startsWith(key)) yield* walk(root, key, prefix)
    } else if (key.startsWith(prefix)) {
      const found = await unlessGone(stat(join(root, key)))
      if (found && !(isPart(found) && found.mtimeMs > Date.now() - abandonedAfterMs))
        yield { key, bytes: found.size, modifiedAt: found.mtime }
    }
  }
}

/** Sorted with the slash that follows a folder's name: in key order `a-b` stands before `a/b`. */
async function keysIn(root: string, folder: string): Promise<string[]> {
  const entries = (await unlessGone(readdir(join(root, folder), { withFileTypes: true }))) ?? []
  return entries
    .filter((entry) => isBlobName(entry.name))
    .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`)
    .sort()
}

async function unlessGone<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}
