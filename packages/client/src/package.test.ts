import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkPackage } from '@likeness/test-kit/check-package'
import t from 'tap'

const root = fileURLToPath(new URL('..', import.meta.url))

t.test('it is fit for a registry, holds no tests and needs no types of another package', async (t) => {
  const { folder, manifest } = await checkPackage(t, root)
  t.match(manifest, { type: 'module', sideEffects: false })
  t.notOk(manifest.dependencies, 'it depends on nothing')
  const names = await readdir(join(folder, 'package'), { recursive: true })
  t.notMatch(names.join(), /test/)
  t.ok(names.includes('README.md'))
  const files = names
    .filter((name) => name.endsWith('.d.ts'))
    .map((name) => readFile(join(folder, 'package', name), 'utf8'))
  t.ok(files.length > 10)
  const types = (await Promise.all(files)).join('\n')
  const imported = [...types.matchAll(/from ['"]([^.'"][^'"]*)['"]/g)].map(([, name]) => name)
  t.strictSame([...new Set(imported)], [], 'but for react, whose types the hook infers')
})

const { bundleOf } = (await import(new URL('../bundle.mjs', import.meta.url).href)) as {
  bundleOf: (code: string) => Promise<{ code: string; bytes: number }>
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
