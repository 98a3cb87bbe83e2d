// Bundles what a page would take of the client, to weigh it. Plain JavaScript, so that benchmarks run it from any tree.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'rolldown'

const here = dirname(fileURLToPath(import.meta.url))

/**
 * What a bundle of this code holds, minified, with what it takes of the package; `bytes` with gzip.
 * @param {string} code
 * @returns {Promise<{ code: string, bytes: number }>}
 */
export async function bundleOf(code) {
  const { output } = await build({
    input: 'entry',
    cwd: here,
    platform: 'browser',
    external: ['react'],
    write: false,
    output: { minify: true, comments: { annotation: false } },
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? id : null),
        load: (id) => (id === 'entry' ? code : null),
      },
    ],
  })
  const made = output.map((file) => (file.type === 'chunk' ? file.code : '')).join('')
  return { code: made, bytes: gzipSync(made, { level: 9 }).length }
}
