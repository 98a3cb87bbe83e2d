import { emails, me, sessions } from '@likeness/contracts/endpoints'
import t from 'tap'
import { goodPassword, startAccounts } from '../testing/start-accounts.js'
import { startMailbox } from '../testing/start-mailbox.js'

const newPassword = 'quartz-lantern-orbit-58'

for (const transport of ['inbox', 'smtp'] as const) {
  t.test(`by ${transport}`, async (t) => {
    t.test('a forgotten password is reset by the link, and every session ends', async (t) => {
      const mailbox = await startMailbox(t, transport)
      const { call, join, logIn, work } = await startAccounts(t, { config: mailbox.config })
      await work()
      const here = await join()
      const { email, username } = here.user
      const ask = async (address: string) =>
        (await call(emails.requestReset, { body: { email: address } })).status
      t.equal(await ask(email.toUpperCase()), 202)
      t.equal(await ask('nobody@example.com'), 202)
      const mail = await mailbox.read(call, email, /Choose a new password/)
      t.match(mail.links, [/^https:\/\/likeness\.test\/reset-password\?token=/])

      const reset = (password: string, token = mail.token) =>
        call(emails.resetPassword, { body: { token, password } })
      const weak = await reset('short')
      t.match([weak.status, weak.body.code], [422, 'weak-password'], 'which does not use up the link')
      const own = await reset(`${username}-2026`)
      t.equal(own.body.code, 'weak-password')
      const answers = await Promise.all([reset(newPassword), reset(newPassword), reset(newPassword)])
      t.same(
        answers.map((answer) => answer.status).sort((a, b) => a - b),
        [204, 404, 404],
      )

      const refreshed = await call(sessions.refresh, { body: { refreshToken: here.refreshToken } })
      t.equal(refreshed.status, 401)
      const old = await call(sessions.logIn, { body: { login: username, password: goodPassword } })
      t.equal(old.status, 401)
      const session = await logIn(username, newPassword)
      t.equal(session.user.emailVerified, true, 'reading the e-mail verifies the address')
      await mailbox.read(call, email, /Your password was changed/)
      const verify = await mailbox.read(call, email, /Confirm/)
      const wrongKind = await reset(newPassword, verify.token)
      t.match(
        [wrongKind.status, wrongKind.body.code],
        [404, 'token-invalid'],
        'a token works only for its own purpose',
      )
    })

    t.test('changing the password requires the present one and ends other sessions', async (t) => {
      const mailbox = await startMailbox(t, transport)
      const { call, join, logIn, work } = await startAccounts(t, { clock: 'stopped', config: mailbox.config })
      await work()
      const here = await join()
      const there = await logIn(here.user.username)
      const change = (currentPassword: string, password: string) =>
        call(me.changePassword, { body: { currentPassword, password }, token: here.accessToken })
      const wrong = await change('wrong', newPassword)
      t.match([wrong.status, wrong.body.code], [403, 'wrong-password'])
      t.equal((await change(goodPassword, 'password')).body.code, 'weak-password')
      t.equal((await change(goodPassword, newPassword)).status, 204)
      const refresh = async (refreshToken: string) =>
        (await call(sessions.refresh, { body: { refreshToken } })).status
      t.same([await refresh(here.refreshToken), await refresh(there.refreshToken)], [200, 401])
      await logIn(here.user.username, newPassword)
      t.match((await mailbox.read(call, here.user.email, /password was changed/)).text, /127\.0\.0\.1/)
      const statuses = []
      for (let turn = 0; turn < 6; turn += 1) statuses.push((await change('guess', newPassword)).status)
      t.same(statuses, [403, 403, 403, 403, 403, 429], 'guesses are limited')
    })
  })
}

t.test('resets are limited per address, known or not', async (t) => {
  const { call, register } = await startAccounts(t, { config: { RESETS_PER_HOUR: '2' } })
  const { email } = await register()
  for (const address of [email, 'nobody@example.com']) {
    const statuses = []
    for (let turn = 0; turn < 3; turn += 1) {
      statuses.push((await call(emails.requestReset, { body: { email: address } })).status)
    }
    t.same(statuses, [202, 202, 429])
  }
})
