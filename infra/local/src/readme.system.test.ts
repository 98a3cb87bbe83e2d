import t from 'tap'
import { assertFlow, noCurl } from './testing/readme-flow.js'
import { startLikeness } from './testing/start-likeness.js'

t.test('the README’s flow, copied as it is', { skip: noCurl }, async (t) => {
  const { url } = await startLikeness(t)
  await assertFlow(t, url)
})
