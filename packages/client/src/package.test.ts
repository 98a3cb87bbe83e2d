import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { build } from 'rolldown'
import t from 'tap'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The package as a registry would have it. */
const folder = await mkdtemp(join(tmpdir(), 'likeness-client-'))
t.teardown(() => rm(folder, { recursive: true, force: true }))
const run = (program: string, args: readonly string[], cwd: string) => {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' })
  return { status, output: `${stdout}${stderr}` }
}
const packed = run('npm', ['pack', '--pack-destination', folder, '--ignore-scripts'], root)
const [tarball = ''] = (await readdir(folder)).map((name) => join(folder, name))

t.test('publint finds nothing', async (t) => {
  t.equal(packed.status, 0, packed.output)
  const { messages, pkg } = await publint({
    strict: true,
    pack: { tarball: (await readFile(tarball)).buffer },
  })
  t.strictSame(
    messages.map((message) => formatMessage(message, pkg)),
    [],
  )
  t.match(pkg, { type: 'module', sideEffects: false })
  t.notOk(pkg?.dependencies, 'it depends on nothing')
})

t.test('attw finds nothing, for ESM alone', async (t) => {
  const bin = join(
    dirname(fileURLToPath(import.meta.resolve('@arethetypeswrong/cli/package.json'))),
    'dist/index.js',
  )
  const checked = run(
    process.execPath,
    [bin, tarball, '--profile', 'esm-only', '--no-color', '--no-emoji'],
    root,
  )
  t.equal(checked.status, 0, checked.output)
})

t.test('it holds no tests and needs no types of another package', async (t) => {
  const listed = run('tar', ['-tzf', tarball], root).output
  t.notMatch(listed, /test/)
  t.match(listed, /package\/README\.md/)
  run('tar', ['-xzf', tarball, '-C', folder], root)
  const dist = join(folder, 'package/dist')
  const names = await readdir(dist, { recursive: true })
  const files = names
    .filter((name) => name.endsWith('.d.ts'))
    .map((name) => readFile(join(dist, name), 'utf8'))
  t.ok(files.length > 10)
  const types = (await Promise.all(files)).join('\n')
  const imported = [...types.matchAll(/from ['"]([^.'"][^'"]*)['"]/g)].map(([, name]) => name)
  t.strictSame([...new Set(imported)], [], 'but for react, whose types the hook infers')
})

/** What a bundle of this code holds, minified, with what it takes of the package. */
async function bundleOf(code: string): Promise<{ code: string; bytes: number }> {
  const { output } = await build({
    input: 'entry',
    cwd: root,
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

/** What is bundled, and the most bytes it may have with gzip. */
const most = [
  ["export * from '@likeness/client'; export * from '@likeness/client/react'", 8_000],
  ["export { createAvatarFlow, createClient } from '@likeness/client'", 6_500],
  ["import { uploads } from '@likeness/client'; export const { send, preview, confirm } = uploads", 5_000],
  ["export { createSession } from '@likeness/client'", 3_200],
  ["import { operators } from '@likeness/client'; export const stats = operators.stats", 2_200],
  ["export { isProblem } from '@likeness/client'", 500],
  ["export { createClient } from '@likeness/client'", 200],
] as const

t.test('it is small, and a bundle has only what it uses', async (t) => {
  for (const [code, limit] of most) {
    const { bytes } = await bundleOf(code)
    t.ok(bytes <= limit, `${bytes} of ${limit} bytes: ${code}`)
    t.comment(`${bytes} bytes: ${code}`)
  }
  const { code: stats } = await bundleOf(most[4][0])
  t.match(stats, '/v1/stats')
  t.notMatch(stats, /\/v1\/(?!stats)|XMLHttpRequest|localStorage|EventSource|event-stream/)
  const { code: all } = await bundleOf(most[0][0])
  t.notMatch(all, /zod/i)
})
