import { administration, me } from '@likeness/contracts/endpoints'
import { openCursors } from '@likeness/runtime'
import t from 'tap'
import { type Accounts, startAccounts } from './testing/start-accounts.js'

type Page = { items: { id: string }[]; nextCursor: string | null }

/** Every list of this service with two filters or subjects, all readable by one person. */
const listsFor = (userId: string) => [
  '/v1/sessions',
  '/v1/me/activity',
  '/v1/me/activity?type=login',
  '/v1/admin/users',
  '/v1/admin/users?status=active',
  `/v1/admin/users/${userId}/activity`,
]
const withQuery = (list: string, query: string) => `${list}${list.includes('?') ? '&' : '?'}${query}`

async function joinAsManager(accounts: Accounts) {
  const { id, username } = await accounts.register()
  await accounts.db.updateTable('users').set({ role: 'manager' }).where('id', '=', id).execute()
  await accounts.logIn(username)
  return accounts.logIn(username)
}

t.test('a cursor continues only its own list, for the person it was given to', async (t) => {
  const accounts = await startAccounts(t)
  const manager = await joinAsManager(accounts)
  const another = await joinAsManager(accounts)
  const ask = (path: string, token = manager.accessToken) => accounts.send<Page>('GET', path, { token })
  const lists = listsFor(another.user.id)

  for (const list of lists) {
    const { nextCursor } = (await ask(withQuery(list, 'limit=1'))).body
    t.type(nextCursor, 'string', `${list} has another page`)
    const query = `cursor=${nextCursor}`
    const next = await ask(withQuery(list, `limit=7&${query}`))
    t.match([next.status, next.headers.get('cache-control')], [200, 'no-store'], `${list} goes on`)
    for (const other of lists.filter((one) => one !== list)) {
      t.match(await ask(withQuery(other, query)), { status: 400, body: { code: 'invalid-cursor' } }, other)
    }
    const elsewhere = await ask(withQuery(list, query), another.accessToken)
    t.match(elsewhere, { status: 400, body: { code: 'invalid-cursor' } }, 'for another person')
  }
})

t.test(
  'unknown parameters are refused by name, a merge patch is accepted, and an empty answer has no body',
  async (t) => {
    const accounts = await startAccounts(t)
    const manager = await joinAsManager(accounts)
    const { user } = await accounts.join()
    const token = manager.accessToken
    for (const [path, name] of [
      ['/v1/admin/users?username=bob', 'username'],
      ['/v1/me/activity?types=login', 'types'],
      ['/v1/me?fields=email', 'fields'],
    ] as const) {
      const { status, body } = await accounts.send('GET', path, { token })
      t.match([status, body.code, body.errors], [400, 'validation-failed', [{ path: name }]], path)
    }
    const headers = { 'content-type': 'application/merge-patch+json' }
    const patch = { token, headers, body: { disabled: true } }
    const patched = await accounts.call(administration.patchUser, { params: { id: user.id }, ...patch })
    t.match(patched, { status: 200, body: { disabledAt: /Z$/ } })

    const asked = await accounts.send('POST', '/v1/password-resets', {
      body: { email: 'nobody@example.com' },
    })
    t.match([asked.status, asked.text, asked.headers.get('content-type')], [202, '', null])
  },
)

t.test('a cursor from media is refused here, although both services seal with one secret', async (t) => {
  const { call, join, serviceSecret } = await startAccounts(t)
  const { accessToken: token, user } = await join()
  const list = JSON.stringify(['/v1/me/activity', user.id, [], []])
  const sealedBy = (service: string) => openCursors([serviceSecret], service).seal('7', list)
  const ask = (cursor: string) => call(me.listActivity, { query: { cursor }, token })
  t.match(await ask(sealedBy('media')), { status: 400, body: { code: 'invalid-cursor' } })
  t.match(await ask('AAAA'), { status: 400, body: { code: 'invalid-cursor' } })
})
