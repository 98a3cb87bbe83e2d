import { addressOf } from '@likeness/contracts'
import { administration, emails, me, sessions } from '@likeness/contracts/endpoints'
import { openCursors } from '@likeness/runtime/cursor'
import t from 'tap'
import { type Accounts, startAccounts } from './testing/start-accounts.js'

type Page = { items: { id: string }[]; nextCursor: string | null }

/** Every list of this service with two filters or subjects, all readable by one person. */
const listsFor = (userId: string): ((query: object) => string)[] => [
  (query) => addressOf(sessions.list, { query }),
  (query) => addressOf(me.listActivity, { query }),
  (query) => addressOf(me.listActivity, { query: { type: 'login', ...query } }),
  (query) => addressOf(administration.listUsers, { query }),
  (query) => addressOf(administration.listUsers, { query: { status: 'active', ...query } }),
  (query) => addressOf(administration.listActivity, { params: { id: userId }, query }),
]

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
    const { nextCursor: cursor } = (await ask(list({ limit: 1 }))).body
    t.type(cursor, 'string', `${list({})} has another page`)
    const next = await ask(list({ limit: 7, cursor }))
    t.match([next.status, next.headers.get('cache-control')], [200, 'no-store'], `${list({})} goes on`)
    for (const other of lists.filter((one) => one !== list)) {
      const answer = await ask(other({ cursor }))
      t.match(answer, { status: 400, body: { code: 'invalid-cursor' } }, other({}))
    }
    const elsewhere = await ask(list({ cursor }), another.accessToken)
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
      [addressOf(administration.listUsers, { query: { username: 'bob' } }), 'username'],
      [addressOf(me.listActivity, { query: { types: 'login' } }), 'types'],
      [addressOf(me.read, { query: { fields: 'email' } }), 'fields'],
    ] as const) {
      const { status, body } = await accounts.send('GET', path, { token })
      t.match([status, body.code, body.errors], [400, 'validation-failed', [{ path: name }]], path)
    }
    const headers = { 'content-type': 'application/merge-patch+json' }
    const patch = { token, headers, body: { disabled: true } }
    const patched = await accounts.call(administration.patchUser, { params: { id: user.id }, ...patch })
    t.match(patched, { status: 200, body: { disabledAt: /Z$/ } })

    const asked = await accounts.send('POST', emails.requestReset.path, {
      body: { email: 'nobody@example.com' },
    })
    t.match([asked.status, asked.text, asked.headers.get('content-type')], [202, '', null])
  },
)

t.test('a cursor from media is refused here, although both services seal with one secret', async (t) => {
  const { call, join, serviceSecret } = await startAccounts(t)
  const { accessToken: token, user } = await join()
  const list = JSON.stringify([me.listActivity.path, user.id, [], []])
  const sealedBy = (service: string) => openCursors([serviceSecret], service).seal('7', list)
  const ask = (cursor: string) => call(me.listActivity, { query: { cursor }, token })
  t.match(await ask(sealedBy('media')), { status: 400, body: { code: 'invalid-cursor' } })
  t.match(await ask('AAAA'), { status: 400, body: { code: 'invalid-cursor' } })
})
