import { InvalidBlobKeyError } from './blob-store.js'

/*
 * A key is 1–512 characters: names of 1–128 characters joined by single slashes. A name has a–z, 0–9, dot,
 * underscore and hyphen, and starts with none of dot and hyphen. So a key
 * - is the same on every disk (no upper case: some file systems fold it) and in every object store,
 * - cannot leave its folder (no `..`), hide (no leading dot) or look like an option,
 * - needs no escaping in a URL or a shell.
 */
const name = /^[a-z0-9_][a-z0-9._-]{0,127}$/
const longestKey = 512

/** Whether this is a valid name: one part of a key between slashes. */
export function isBlobName(text: string): boolean {
  return name.test(text)
}

/** Returns the key when it is valid, else throws `InvalidBlobKeyError`. */
export function checkBlobKey(key: string): string {
  if (key.length > longestKey || !key.split('/').every(isBlobName)) throw new InvalidBlobKeyError(key)
  return key
}

/** The keys of a folder's files. Throws `InvalidBlobKeyError` unless each file is named by one name. */
export function folderKeys(folder: string, files: readonly { readonly name: string }[]): string[] {
  checkBlobKey(folder)
  return files.map(({ name }) => {
    if (!isBlobName(name)) throw new InvalidBlobKeyError(name)
    return checkBlobKey(`${folder}/${name}`)
  })
}

/** Like `checkBlobKey`, for what a key may start with: empty, or ending within or just after a name. */
export function checkBlobPrefix(prefix: string): string {
  if (prefix !== '') checkBlobKey(prefix.endsWith('/') ? prefix.slice(0, -1) : prefix)
  return prefix
}
