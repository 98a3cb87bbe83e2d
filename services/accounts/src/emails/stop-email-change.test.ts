import type { LoggedIn, Role } from '@likeness/contracts'
import { administration, emails, me, sessions } from '@likeness/contracts/endpoints'
import type { Answer } from '@likeness/test-kit'
import t from 'tap'
import { goodPassword, startAccounts } from '../testing/start-accounts.js'
import { startMailbox } from '../testing/start-mailbox.js'

const newPassword = 'quartz-lantern-orbit-58'
const asked = /^Someone asked to change your e-mail address$/
let addresses = 0
const freshAddress = () => {
  addresses += 1
  return `thief-${addresses}@example.com`
}

t.test('a pending change of address', async (t) => {
  const mailbox = await startMailbox(t, 'inbox')
  const { call, send, db, join, logIn, work } = await startAccounts(t, { config: { RESETS_PER_HOUR: '100' } })
  await work()
  const admin = await join()
  await db.updateTable('users').set({ role: 'admin' }).where('id', '=', admin.user.id).execute()
  const { accessToken: adminToken } = await logIn(admin.user.username)

  const askFor = async (email: string, token: string) =>
    (await call(me.changeEmail, { body: { email, currentPassword: goodPassword }, token })).status
  /** The status, or for a refusal its code. */
  const outcome = async (asked: Promise<Answer<unknown>>) => {
    const { status, body } = await asked
    return status < 300 ? status : body.code
  }
  const confirm = (token: string) => outcome(call(emails.verify, { body: { token } }))
  const stop = (token: string) => outcome(call(emails.stopChange, { body: { token } }))
  const reset = (token: string) =>
    outcome(call(emails.resetPassword, { body: { token, password: newPassword } }))
  const addressOf = async (id: string) =>
    (await call(administration.readUser, { params: { id }, token: adminToken })).body.email

  /** A user with an unopened link of every kind. */
  async function joinWithOpenLinks() {
    const session = await join()
    const { email } = session.user
    const wanted = freshAddress()
    t.equal(await askFor(wanted, session.accessToken), 202)
    t.equal((await call(emails.requestReset, { body: { email } })).status, 202)
    const links = {
      verify: (await mailbox.read(call, email, /^Confirm your e-mail/)).token,
      change: (await mailbox.read(call, wanted, /^Confirm your new/)).token,
      stop: (await mailbox.read(call, email, asked)).token,
      reset: (await mailbox.read(call, email, /^Choose a new password/)).token,
    }
    return { ...session, wanted, links }
  }

  await t.test(
    'is reported to the present address, whose link stops it and ends every session',
    async (t) => {
      const thief = await join()
      const { email, id, username } = thief.user
      const owner = await logIn(username)
      const wanted = freshAddress()
      t.equal(await askFor(wanted, thief.accessToken), 202)
      const mail = await mailbox.read(call, email, asked)
      t.match(mail.text, new RegExp(`to use ${wanted} instead of ${email}[\\s\\S]*127\\.0\\.0\\.1`))
      t.match(mail.links, [/^https:\/\/likeness\.test\/stop-email-change\?token=[\w-]{43}$/])
      t.match([await confirm(mail.token), await reset(mail.token)], ['token-invalid', 'token-invalid'])

      const answers = await Promise.all(
        [0, 1, 2].map(() => call(emails.stopChange, { body: { token: mail.token } })),
      )
      t.same(
        answers.map((answer) => answer.status).sort((a, b) => a - b),
        [200, 404, 404],
        'once',
      )
      t.same(answers.find((answer) => answer.status === 200)?.body, { email })
      const { token } = await mailbox.read(call, wanted, /^Confirm your new/)
      t.equal(await confirm(token), 'token-invalid')
      t.equal(await addressOf(id), email)
      for (const { accessToken, refreshToken } of [thief, owner]) {
        t.equal((await call(me.read, { token: accessToken })).status, 401)
        t.equal(await outcome(call(sessions.refresh, { body: { refreshToken } })), 'invalid-refresh-token')
      }
      const back = await logIn(username)
      const feed = await call(me.listActivity, { token: back.accessToken })
      t.match(feed.body, {
        items: [
          { type: 'login' },
          {
            type: 'email-change-stopped',
            changes: { pendingEmail: { before: /^.….?@/, after: null } },
          },
          { type: 'email-change-requested' },
        ],
      })
      t.notMatch(JSON.stringify(feed.body), new RegExp(`${email}|${wanted}`))
    },
  )

  await t.test('is reported again once done, and can then no longer be stopped', async (t) => {
    const { user, wanted, links, accessToken } = await joinWithOpenLinks()
    const before = new Date('2026-01-01')
    await db.updateTable('profiles').set({ updated_at: before }).where('user_id', '=', user.id).execute()
    t.equal(await confirm(links.change), 200)
    const now = await call(me.read, { token: accessToken })
    t.ok(now.body.updatedAt > user.createdAt)
    const masked = `${user.email[0]}…${user.email.split('@')[0]?.at(-1)}@example.com`
    const [before_, after] = [masked, `t…${wanted.split('@')[0]?.at(-1)}@example.com`]
    const feedOf = async (type: 'email-change-requested' | 'email-changed') =>
      (await call(me.listActivity, { query: { type }, token: accessToken })).body.items
    t.match(await feedOf('email-change-requested'), [{ details: { from: before_, to: after } }])
    t.match(await feedOf('email-changed'), [{ changes: { email: { before: before_, after } } }])
    t.match((await mailbox.read(call, user.email, /address was changed/)).text, new RegExp(wanted))
    for (const open of [confirm(links.verify), stop(links.stop), reset(links.reset)]) {
      t.equal(await open, 'token-invalid')
    }
    t.equal(await addressOf(user.id), wanted)
  })

  await t.test('is given up by who is logged in, which ends no session and no other link', async (t) => {
    const { user, wanted, links, accessToken: token } = await joinWithOpenLinks()
    const drop = async () => (await call(me.dropEmailChange, { token })).status
    t.same(await Promise.all([drop(), drop()]), [204, 204])
    t.same([await confirm(links.change), await stop(links.stop)], ['token-invalid', 'token-invalid'])
    t.equal(await addressOf(user.id), user.email)
    const feed = await call(me.listActivity, { query: { type: 'email-change-stopped' }, token })
    t.match(feed.body.items, [{ changes: { pendingEmail: { before: /^t…/, after: null } } }])
    t.equal(feed.body.items.length, 1, 'once')
    t.notMatch(JSON.stringify(feed.body), wanted)
    t.equal(await reset(links.reset), 204)
  })

  await t.test('expires with its link', async (t) => {
    const { user, links } = await joinWithOpenLinks()
    await db
      .updateTable('one_time_tokens')
      .set({ expires_at: new Date(0) })
      .where('user_id', '=', user.id)
      .execute()
    t.same([await stop(links.stop), await confirm(links.change)], ['token-expired', 'token-expired'])
  })

  const administer = (id: string, body: object) =>
    call(administration.patchUser, { params: { id }, body, token: adminToken })
  const setRole = (id: string, role: Role) =>
    db.updateTable('users').set({ role }).where('id', '=', id).execute()
  type Someone = LoggedIn & { links: { reset: string } }
  const ends: Record<string, (one: Someone) => Promise<unknown>> = {
    'a new password': ({ accessToken: token }) =>
      call(me.changePassword, { body: { currentPassword: goodPassword, password: newPassword }, token }),
    'a reset password': ({ links }) => reset(links.reset),
    'an account that is disabled': async ({ user }) => {
      await administer(user.id, { disabled: true })
      await administer(user.id, { disabled: false })
    },
    'an account that is enabled': async ({ user }) => {
      await db.updateTable('users').set({ disabled_at: new Date() }).where('id', '=', user.id).execute()
      await administer(user.id, { disabled: false })
    },
    'a higher role': ({ user }) => administer(user.id, { role: 'manager' }),
    'a lower role': async ({ user }) => {
      await setRole(user.id, 'manager')
      await administer(user.id, { role: 'user' })
    },
    'sessions that an administrator ends': ({ user }) => administer(user.id, { endSessions: true }),
  }
  for (const [name, end] of Object.entries(ends)) {
    await t.test(`ends with ${name}, and so does every other link`, async (t) => {
      const someone = await joinWithOpenLinks()
      await end(someone)
      const { links, user } = someone
      for (const open of [
        confirm(links.change),
        confirm(links.verify),
        stop(links.stop),
        reset(links.reset),
      ]) {
        t.equal(await open, 'token-invalid')
      }
      t.equal(await addressOf(user.id), user.email)
    })
  }

  await t.test('is not applied to a disabled account, and nor is anything else', async (t) => {
    const { accessToken: token, links, refreshToken, user } = await joinWithOpenLinks()
    const before = await db.selectFrom('users').selectAll().where('id', '=', user.id).executeTakeFirst()
    // As a process sees it before it learns that the sessions ended.
    const disable = (disabled_at: Date | null) =>
      db.updateTable('users').set({ disabled_at }).where('id', '=', user.id).execute()
    await disable(new Date())
    for (const open of [confirm(links.change), confirm(links.verify), stop(links.stop), reset(links.reset)]) {
      t.equal(await open, 'token-invalid')
    }
    t.equal(await outcome(call(sessions.refresh, { body: { refreshToken } })), 'invalid-refresh-token')
    const currentPassword = goodPassword
    for (const [{ method, path }, body] of [
      [me.patch, { username: 'somebody-else', profile: { bio: 'Hi' } }],
      [me.changePassword, { currentPassword, password: newPassword }],
      [me.changeEmail, { currentPassword, email: freshAddress() }],
      [me.close, { password: goodPassword }],
    ] as const) {
      const { status, body: fault } = await send(method, path, { body, token })
      t.match([status, fault.code], [401, 'unauthenticated'], `${method} ${path}`)
    }
    t.equal((await call(emails.requestReset, { body: { email: user.email } })).status, 202)
    await disable(null)
    const after = await db.selectFrom('users').selectAll().where('id', '=', user.id).executeTakeFirst()
    t.same(after, before)
    const resets = await db
      .selectFrom('one_time_tokens')
      .selectAll()
      .where('user_id', '=', user.id)
      .where('purpose', '=', 'reset-password')
      .execute()
    t.equal(resets.length, 1, 'no link was made for it')
  })
})

t.test('a change to a taken address is still reported to the present one', async (t) => {
  const mailbox = await startMailbox(t, 'inbox')
  const { call, db, logIn, register, work } = await startAccounts(t, {
    config: { EMAIL_VERIFICATION: 'mandatory' },
  })
  await work()
  const owner = await register()
  const other = await register()
  await db.updateTable('users').set({ email_verified_at: new Date() }).execute()
  const { accessToken: token } = await logIn(other.username)
  for (const email of [owner.email, freshAddress()]) {
    const answer = await call(me.changeEmail, { body: { email, currentPassword: goodPassword }, token })
    t.equal(answer.status, 202)
    t.match((await mailbox.read(call, other.email, asked)).text, new RegExp(email))
    await db.deleteFrom('inbox_messages').execute()
  }
})
