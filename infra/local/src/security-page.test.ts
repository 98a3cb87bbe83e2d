import t from 'tap'
import { testsNamedBy, unprovenClaims } from './security-page.js'

t.test('a claim of docs/security.md without a test that passed is found', async (t) => {
  const page = '| 1.1 a rule | how | `a named test` |\n| 1.2 | `code` | – |\n| | | `a named test` |\n'
  const root = t.testdir({ docs: { 'security.md': page } })
  t.strictSame(testsNamedBy(page), ['a named test'])
  t.strictSame(await unprovenClaims(root, ['a/src/b.test.ts: outer > a named test']), [])
  t.strictSame(await unprovenClaims(root, ['a/src/b.test.ts: another test']), ['a named test'])
  t.strictSame(await unprovenClaims(root, []), ['a named test'])
})
