import { accountsQueues } from '@likeness/contracts/endpoints'
import { openCalls, waitFor } from '@likeness/test-kit'
import t from 'tap'
import { startAccounts } from '../testing/start-accounts.js'
import { startSmtp } from '../testing/start-smtp.js'

t.test('administrators look at the queues, whose jobs tell no address', async (t) => {
  const smtp = await startSmtp(t)
  const { url, db, register, logIn, join, work } = await startAccounts(t, {
    config: { MAIL_URL: smtp.url, UPKEEP_SCHEDULE: 'off' },
  })
  const params = { kind: 'mail' } as const
  const user = openCalls(url, { token: (await join()).accessToken })
  for (const refused of [
    await user.call(accountsQueues.list, {}),
    await user.call(accountsQueues.read, { params, query: {} }),
  ])
    t.match(refused, { status: 403, body: { code: 'forbidden' } })

  const { id, username } = await register()
  await db.updateTable('users').set({ role: 'admin' }).where('id', '=', id).execute()
  const { call } = openCalls(url, { token: (await logIn(username)).accessToken })
  const jobs = async (state: 'waiting' | 'failed') =>
    (await call(accountsQueues.read, { params, query: { state } })).body.items
  const ofMail = async () =>
    (await call(accountsQueues.list, {})).body.items.find(({ kind }) => kind === 'mail')
  t.match(await jobs('waiting'), [{ name: 'send-mail' }, { name: 'send-mail', cause: null }])
  t.match(await ofMail(), { jobs: ['send-mail'], counts: { waiting: 2 }, waitingSince: String })

  smtp.refusals.push({ code: 550, message: `<${username}@example.com> is unknown` })
  await work()
  await waitFor(() => smtp.received.length === 1, { for: 'the mail that is taken' })
  const [failed] = await waitFor(
    async () => {
      const items = await jobs('failed')
      return items.length > 0 && items
    },
    { for: 'the refused mail' },
  )
  t.match(failed, { name: 'send-mail', payload: { mailId: String }, attempts: 1, cause: 'mail-refused' })
  t.notMatch(JSON.stringify(failed), /example\.com|unknown/)
  t.match(await ofMail(), { counts: { waiting: 0, failed: 1 }, waitingSince: null })
})
