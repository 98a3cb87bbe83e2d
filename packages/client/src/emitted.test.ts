import { endpoints } from '@likeness/contracts/endpoints'
import { matchEmitted } from '@likeness/test-kit'
import t from 'tap'
import { apiTypes } from './testing/api-types.js'

t.test('api.ts is what the endpoints make', async (t) => {
  const text = apiTypes([...endpoints.accounts, ...endpoints.media])
  await matchEmitted(t, new URL('../src/api.ts', import.meta.url), text)
})
