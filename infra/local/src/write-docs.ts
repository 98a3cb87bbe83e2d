// Writes the API's description and its page as files, for a gateway that only serves files (nginx):
//   node infra/local/dist/write-docs.js packages/web/dist-app
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openDocs } from './gateway/docs.js'
import { mergeOpenApi, type OpenApi } from './gateway/openapi.js'

const [, , folder] = process.argv
if (folder === undefined) throw new Error('Name the folder to write to.')
const root = fileURLToPath(new URL('../../..', import.meta.url))

const documents = await Promise.all(
  ['accounts', 'media'].map(
    async (name) =>
      JSON.parse(await readFile(join(root, 'services', name, 'openapi.json'), 'utf8')) as OpenApi,
  ),
)
const version = documents[0]?.info.version
await write('openapi.json', JSON.stringify(mergeOpenApi(documents, { title: 'Likeness', version }, '/')))

const docs = await openDocs()
for (const [file, url] of [
  ['docs/index.html', '/docs/'],
  ['docs/js/scalar.js', '/docs/js/scalar.js'],
] as const) {
  await write(file, (await docs.inject({ url })).body)
}
await docs.close()

async function write(file: string, content: string): Promise<void> {
  const path = join(folder ?? '', file)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
}
