// Writes the API's description and its page as files, for a gateway that only serves files (nginx):
//   node infra/bundle/dist/write-docs.js packages/web/dist-app
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { openDocs } from './gateway/docs.js'
import { describeApi } from './gateway/openapi.js'

const [, , folder] = process.argv
if (folder === undefined) throw new Error('Name the folder to write to.')

await write('openapi.json', JSON.stringify(describeApi('/')))

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
