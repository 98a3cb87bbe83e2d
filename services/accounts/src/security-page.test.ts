import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../../../', import.meta.url))

t.test('every test that docs/security.md names exists', async (t) => {
  const page = await readFile(`${root}docs/security.md`, 'utf8')
  const named = [...page.matchAll(/\| `([^`]+)`\s*\|$/gm)].flatMap(([, name]) => name ?? [])
  t.ok(named.length > 40)
  const files = ['services/accounts/src', 'services/media/src', 'infra/local/src'].map(async (folder) => {
    const entries = await readdir(root + folder, { recursive: true })
    const tests = entries.filter((file) => file.endsWith('.test.ts'))
    return Promise.all(tests.map((file) => readFile(`${root}${folder}/${file}`, 'utf8')))
  })
  const sources = (await Promise.all(files)).flat(2).join('\n')
  for (const name of named) t.ok(sources.includes(`'${name}'`), name)
})
