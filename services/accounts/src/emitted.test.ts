import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { dumpSchema } from '@likeness/runtime'
import t, { type Test } from 'tap'
import { startAccounts } from './testing/start-accounts.js'

// EMIT=1 writes the files instead of comparing them.
const compare = async (t: Test, name: string, text: string) => {
  const file = fileURLToPath(new URL(`../${name}`, import.meta.url))
  if (process.env.EMIT) await writeFile(file, text)
  t.equal(text, await readFile(file, 'utf8'), `${name} is stale: run \`npm run emit\``)
}

t.test('schema.sql and openapi.json are what the code makes', async (t) => {
  const { call, db } = await startAccounts(t)
  await compare(t, 'schema.sql', await dumpSchema(db))
  const { body } = await call('GET', '/openapi.json')
  await compare(t, 'openapi.json', `${JSON.stringify(body, null, 2)}\n`)
})
