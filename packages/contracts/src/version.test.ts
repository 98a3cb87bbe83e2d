import { readdir, readFile } from 'node:fs/promises'
import t from 'tap'
import { version } from './version.js'

const root = new URL('../../../', import.meta.url)

t.test('every package has the version that the API tells', async (t) => {
  const parents = await Promise.all(
    ['packages', 'services', 'infra'].map(async (parent) => {
      const entries = await readdir(new URL(parent, root), { withFileTypes: true })
      return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${parent}/${name}/`)
    }),
  )
  const manifests = await Promise.all(
    ['', 'bench/', ...parents.flat()].map(async (folder) => {
      const manifest = await readFile(new URL(`${folder}package.json`, root), 'utf8').catch(() => undefined)
      return manifest === undefined ? [] : [[folder, (JSON.parse(manifest) as { version?: string }).version]]
    }),
  )
  const versions = Object.fromEntries(manifests.flat()) as Record<string, string | undefined>
  t.hasProps(versions, ['', 'bench/', 'packages/contracts/', 'services/media/', 'infra/local/'])
  for (const [folder, found] of Object.entries(versions)) t.equal(found, version, `${folder}package.json`)
})
