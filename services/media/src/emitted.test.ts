import { dumpSchema } from '@likeness/runtime/schema-dump'
import { matchEmitted } from '@likeness/test-kit'
import t from 'tap'
import { startMedia } from './testing/start-media.js'

t.test('schema.sql and openapi.json are what the code makes', async (t) => {
  const { deps, url } = await startMedia(t)
  // BullMQ's own schema shares the test's database; `public` is all that is ours.
  await matchEmitted(t, new URL('../schema.sql', import.meta.url), await dumpSchema(deps.db))
  const openapi: unknown = await (await fetch(`${url}/openapi.json`)).json()
  await matchEmitted(t, new URL('../openapi.json', import.meta.url), `${JSON.stringify(openapi, null, 2)}\n`)
})
