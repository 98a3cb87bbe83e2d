// How much JavaScript a visit loads, compressed as a proxy serves it. Plain JavaScript, like setup.mjs.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/**
 * @param {string} folder what Vite built
 * @returns {{ first: number, signedIn: number, pages: Readonly<Record<string, number>> }} bytes of a first visit, of one by
 * someone who is signed in, and of each part by its name, with all that it needs beyond what every visit loads
 */
export function sizesOf(folder) {
  const assets = join(folder, 'assets')
  const read = (/** @type {string} */ name) => readFileSync(join(assets, name), 'utf8')
  const [, entry = ''] =
    /src="\/assets\/([^"]+\.js)"/.exec(readFileSync(join(folder, 'index.html'), 'utf8')) ?? []

  /** A chunk and all that it imports statically. @param {string} name @param {Set<string>} seen */
  const withImports = (name, seen = new Set()) => {
    if (seen.has(name)) return seen
    seen.add(name)
    for (const [, next = ''] of read(name).matchAll(/(?:from|import)"\.\/([^"]+\.js)"/g))
      withImports(next, seen)
    return seen
  }
  const sizeOf = (/** @type {Iterable<string>} */ names) =>
    [...names].reduce((sum, name) => sum + gzipSync(read(name)).length, 0)

  const first = withImports(entry)
  /** Each page by its name, wherever it is loaded from. @type {Map<string, string>} */
  const found = new Map()
  const seek = (/** @type {Iterable<string>} */ names) => {
    for (const name of names) {
      for (const [, file = ''] of read(name).matchAll(/import\([`"]\.\/([^`"]+\.js)[`"]\)/g)) {
        const page = file.replace(/-[\w-]{8}\.js$/, '')
        if (found.has(page)) continue
        found.set(page, file)
        seek(withImports(file))
      }
    }
  }
  seek(first)
  const beyond = (/** @type {string} */ file) => [...withImports(file)].filter((chunk) => !first.has(chunk))
  const pages = [...found].map(([page, file]) => [page, sizeOf(beyond(file))])
  const visit = (/** @type {string[]} */ ...parts) =>
    sizeOf(new Set([...first, ...parts.flatMap((part) => beyond(found.get(part) ?? ''))]))
  return {
    first: visit('welcome'),
    signedIn: visit('area', 'picture-page'),
    pages: Object.fromEntries(pages),
  }
}
