import { startRedirect } from '@likeness/test-kit'
import t from 'tap'
import { openAccountsClient } from './accounts-client.js'

t.test('a redirect of a service is not followed', async (t) => {
  const { url, reached } = await startRedirect(t)
  const accounts = openAccountsClient({
    ACCOUNTS_URL: url,
    SERVICE_SECRET: 'a secret of more than 32 characters',
  })
  await t.rejects(accounts.endedSessions(undefined), /answered 302/)
  await t.rejects(accounts.userOfHash('aa'), /answered 302/)
  t.strictSame(reached, ['/internal/ended-sessions', '/internal/email-hashes/aa'])
})
