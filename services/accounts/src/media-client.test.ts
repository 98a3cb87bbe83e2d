import { startRedirect } from '@likeness/test-kit'
import t from 'tap'
import { openMediaClient } from './media-client.js'

t.test('a redirect of a service is not followed', async (t) => {
  const { url, reached } = await startRedirect(t)
  const media = openMediaClient({ MEDIA_URL: url, SERVICE_SECRET: 'a secret of more than 32 characters' })
  await t.rejects(media.exportUser('u'), /answered 302/)
  await t.rejects(media.eraseUser('u'), /answered 302/)
  t.strictSame(reached, ['/internal/users/u/export', '/internal/users/u'])
})
