// Bundles the element into one file that needs nothing else. Plain JavaScript, like setup.mjs: it runs before anything
// is compiled.
import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'

const here = dirname(fileURLToPath(import.meta.url))

/**
 * @returns {Promise<{ code: string, hashedName: string, integrity: string }>} the file, the name under which it never
 * changes, and the value of `integrity` for its script element
 */
export async function buildElement() {
  const { output } = await build({
    input: join(here, 'src/index.ts'),
    cwd: here,
    platform: 'browser',
    resolve: { conditionNames: ['likeness-source'], extensionAlias: { '.js': ['.ts', '.js'] } },
    write: false,
    output: { minify: true, comments: false },
  })
  const [{ code }] = output
  const digest = (/** @type {string} */ algorithm) => createHash(algorithm).update(code).digest()
  const hash = digest('sha256').toString('hex').slice(0, 12)
  return {
    code,
    hashedName: `likeness-avatar-${hash}.js`,
    integrity: `sha384-${digest('sha384').toString('base64')}`,
  }
}

/** Writes both names of the file into a folder, and nothing else. @param {string} folder */
export async function writeElement(folder) {
  const { code, hashedName } = await buildElement()
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const name of ['likeness-avatar.js', hashedName]) writeFileSync(join(folder, name), code)
}
