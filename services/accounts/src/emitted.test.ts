import { dumpSchema } from '@likeness/runtime/schema-dump'
import { matchEmitted } from '@likeness/test-kit'
import t from 'tap'
import { startAccounts } from './testing/start-accounts.js'

t.test('schema.sql and openapi.json are what the code makes', async (t) => {
  const { send, db } = await startAccounts(t)
  await matchEmitted(t, new URL('../schema.sql', import.meta.url), await dumpSchema(db))
  const { body } = await send('GET', '/openapi.json')
  await matchEmitted(t, new URL('../openapi.json', import.meta.url), `${JSON.stringify(body, null, 2)}\n`)
})
