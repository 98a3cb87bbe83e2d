// Writes the API's description as a file, for a gateway that only serves files (nginx), and that of media alone:
//   node infra/bundle/dist/write-docs.js packages/web/dist-app
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describeApi } from './gateway/openapi.js'

const [, , folder] = process.argv
if (folder === undefined) throw new Error('Name the folder to write to.')

await writeFile(join(folder, 'openapi.json'), JSON.stringify(describeApi('/', ['accounts', 'media'])))
await writeFile(join(folder, 'openapi.media.json'), JSON.stringify(describeApi('/', ['media'])))
