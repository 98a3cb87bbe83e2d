import { fileURLToPath } from 'node:url'
import type { BlobStore } from './blob-store.js'
import { openDiskStorage } from './disk-storage.js'

/**
 * Opens the storage a URL names; its scheme picks the implementation.
 *
 * - `file:///absolute/folder`: a folder of this machine's disk, made when missing.
 *
 * Throws an Error with one clear line when the URL is not one of these or the folder cannot be written.
 */
export function openStorage(url: string): BlobStore {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase()
  switch (scheme) {
    case 'file':
      return openDiskStorage(folderOf(url))
    case undefined:
      throw new Error(`The storage URL has no scheme; write a folder as file:///absolute/folder`)
    default:
      throw new Error(`No storage is known for the scheme "${scheme}:"; known is file:`)
  }
}

/** `new URL('file:data')` silently means `/data`, so the three slashes are required. */
function folderOf(url: string): string {
  try {
    if (/^file:\/\/\//i.test(url)) return fileURLToPath(url)
  } catch {
    // Such as an encoded slash in a name; answered below.
  }
  throw new Error('A storage folder is written as file:///absolute/folder')
}
