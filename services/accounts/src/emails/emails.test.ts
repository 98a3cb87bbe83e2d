import { get } from 'node:http'
import { accountsUpkeep, emails, inbox, me, sessions, users } from '@likeness/contracts/endpoints'
import { waitFor } from '@likeness/test-kit'
import t from 'tap'
import { goodPassword, startAccounts } from '../testing/start-accounts.js'
import { startMailbox } from '../testing/start-mailbox.js'
import { prune } from '../upkeep/prune.js'

for (const transport of ['inbox', 'smtp'] as const) {
  t.test(`by ${transport}`, async (t) => {
    t.test('a new address is verified by the link in its e-mail', async (t) => {
      const mailbox = await startMailbox(t, transport)
      const { call, db, logIn, register, work } = await startAccounts(t, { config: mailbox.config })
      await work()
      const user = await register()
      t.match(user, { emailVerified: false, emailVerification: 'sent' })
      const mail = await mailbox.read(call, user.email, /^Confirm your e-mail address$/)
      t.match(mail, { from: 'Likeness <no-reply@likeness.test>', text: /within 24 hours/ })
      t.match(mail.links, [/^https:\/\/likeness\.test\/verify-email\?token=[\w-]{43}$/])
      t.match(mail.html, new RegExp(`href="https://likeness.test/verify-email\\?token=${mail.token}"`))
      const stored = JSON.stringify([
        await db.selectFrom('one_time_tokens').selectAll().execute(),
        await db.selectFrom('mails').selectAll().execute(),
      ])
      t.notMatch(stored, mail.token, 'the token is only in the e-mail')

      const confirm = (token: string) => call(emails.verify, { body: { token } })
      const answers = await Promise.all(Array.from({ length: 5 }, () => confirm(mail.token)))
      t.same(
        answers.map((answer) => answer.status).sort((a, b) => a - b),
        [200, 404, 404, 404, 404],
        'single use',
      )
      t.same(answers.find((answer) => answer.status === 200)?.body, {
        email: user.email,
        emailVerified: true,
      })
      const session = await logIn(user.username)
      t.match(session.user, { emailVerified: true, emailVerification: 'done' })
      const feed = await call(me.listActivity, { token: session.accessToken })
      t.match(feed.body, { items: [{ type: 'login' }, { type: 'email-verified' }, { type: 'registered' }] })
      for (const token of ['', 'x', mail.token.toUpperCase(), '\u0000', `${mail.token} `]) {
        const { status, body } = await confirm(token)
        t.match([status, body.code], token === '' ? [400, 'validation-failed'] : [404, 'token-invalid'])
      }
    })

    t.test(
      'the link can be sent again, once a minute; the older one is void, an old one expired',
      async (t) => {
        const mailbox = await startMailbox(t, transport)
        const { call, db, join, work } = await startAccounts(t, {
          clock: 'stopped',
          config: mailbox.config,
        })
        await work()
        const { user, accessToken: token } = await join()
        const first = await mailbox.read(call, user.email, /Confirm/)
        const again = (given: { token?: string; body?: { email: string } }) =>
          call(emails.resendVerification, given)
        t.equal((await again({ token })).status, 202)
        const second = await waitFor(async () => {
          const mail = await mailbox.read(call, user.email, /Confirm/)
          return mail.token !== first.token && mail
        })
        const soon = await again({ token })
        t.match([soon.status, soon.body.code], [429, 'rate-limited'])
        t.match(
          [(await again({ body: { email: user.email.toUpperCase() } })).status],
          [429],
          'however it is requested',
        )

        t.equal(
          (await again({ body: { email: 'nobody@example.com' } })).status,
          202,
          'unknown: the same answer',
        )
        t.equal((await again({ body: { email: 'nobody@example.com' } })).status, 429, 'and the same limit')
        t.equal((await again({})).status, 401)
        t.equal((await again({ token: 'forged' })).status, 401)

        const confirm = (token: string) => call(emails.verify, { body: { token } })
        t.equal((await confirm(first.token)).body.code, 'token-invalid')
        await db
          .updateTable('one_time_tokens')
          .set({ expires_at: new Date(0) })
          .execute()
        const late = await confirm(second.token)
        t.match([late.status, late.body.code], [410, 'token-expired'])
      },
    )

    t.test(
      'mandatory: no login before verification, and no answer reveals whether an address is known',
      async (t) => {
        const mailbox = await startMailbox(t, transport)
        const {
          call,
          db,
          deps,
          logIn: signIn,
          register,
          work,
        } = await startAccounts(t, {
          config: { ...mailbox.config, EMAIL_VERIFICATION: 'mandatory' },
        })
        await work()
        const owner = await register()
        const logIn = async (login: string, password = goodPassword) => {
          const { status, body } = await call(sessions.logIn, { body: { login, password } })
          return [status, body.code]
        }
        t.same(await logIn(owner.username), [403, 'email-not-verified'])
        t.same(
          await logIn(owner.username, 'wrong'),
          [401, 'invalid-credentials'],
          'said only to someone who knows the password',
        )
        const { token } = await mailbox.read(call, owner.email, /Confirm/)
        await call(emails.verify, { body: { token } })
        t.same(await logIn(owner.username), [201, undefined])

        // Someone else registers with that address, and with an unused one.
        const shape = async (username: string, email: string) => {
          const started = performance.now()
          const { status, body, headers } = await call(users.register, {
            body: { username, email, password: goodPassword },
          })
          t.ok(performance.now() - started >= 290, 'takes longer than the work, known or not')
          return {
            status,
            fields: Object.keys(body).sort(),
            verification: body.emailVerification,
            email: body.email,
            type: headers.get('content-type'),
          }
        }
        const known = await shape('ghost-one', owner.email.toUpperCase())
        const unknown = await shape('ghost-two', 'fresh@example.com')
        t.same({ ...known, email: 0 }, { ...unknown, email: 0 })
        t.same(await logIn('ghost-one'), await logIn('ghost-two'))
        t.match(
          (await mailbox.read(call, owner.email, /You already have an account/)).text,
          /nothing was changed/,
        )
        t.notMatch((await mailbox.read(call, owner.email, /already/)).text, /token=/)
        const taken = async (username: string) =>
          (
            await call(users.register, {
              body: { username, email: `${username}@x.example`, password: goodPassword },
            })
          ).body.code
        t.same([await taken('ghost-one'), await taken('ghost-two')], ['username-taken', 'username-taken'])
        t.same(await logIn(owner.email), [201, undefined], 'the owner notices nothing')
        t.equal((await call(emails.requestReset, { body: { email: owner.email } })).status, 202)

        const other = await register()
        const mine = await mailbox.read(call, other.email, /Confirm/)
        await call(emails.verify, { body: { token: mine.token } })
        const { accessToken } = await signIn(other.username)
        const change = (email: string) =>
          call(me.changeEmail, { body: { email, currentPassword: goodPassword }, token: accessToken })
        t.same([(await change(owner.email)).status, (await change('free@example.com')).status], [202, 202])

        await db
          .updateTable('users')
          .set({ created_at: new Date(0) })
          .execute()
        t.match(await prune(deps, { dryRun: false }), { users: 2 })
        t.same(await logIn(owner.username), [201, undefined])
      },
    )

    t.test('changing the address verifies the new one first and tells the old one', async (t) => {
      const mailbox = await startMailbox(t, transport)
      const { call, join, register, work } = await startAccounts(t, { config: mailbox.config })
      await work()
      const { accessToken: token, user } = await join()
      const other = await register()
      const change = (email: string, currentPassword = goodPassword) =>
        call(me.changeEmail, { body: { email, currentPassword }, token })
      t.equal((await change('new@example.com', 'wrong')).body.code, 'wrong-password')
      t.match([(await change(other.email)).status], [409])
      t.equal((await change('new@example.com')).status, 202)
      t.equal((await call(me.read, { token })).body.email, user.email, 'the old one stays until then')
      const mail = await mailbox.read(call, 'new@example.com', /Confirm your new/)
      t.equal((await call(emails.verify, { body: { token: mail.token } })).status, 200)
      t.match((await call(me.read, { token })).body, {
        email: 'new@example.com',
        emailVerified: true,
      })
      t.match((await mailbox.read(call, user.email, /address was changed/)).text, /new@example\.com/)
      await register({ email: user.email })
      t.pass('the old address is free')
    })

    t.test('an address taken while its change waited is refused', async (t) => {
      const mailbox = await startMailbox(t, transport)
      const { call, join, register, work } = await startAccounts(t, { config: mailbox.config })
      await work()
      const { accessToken: token, user } = await join()
      await call(me.changeEmail, {
        body: { email: 'wanted@example.com', currentPassword: goodPassword },
        token,
      })
      const mail = await mailbox.read(call, 'wanted@example.com', /Confirm your new/)
      await register({ email: 'Wanted@example.com' })
      const { status, body } = await call(emails.verify, { body: { token: mail.token } })
      t.match([status, body.code], [409, 'email-taken'])
      t.equal((await call(me.read, { token })).body.email, user.email)
    })

    t.test("a login from a new device sends a notice in the person's language", async (t) => {
      const mailbox = await startMailbox(t, transport)
      const { call, db, join, work } = await startAccounts(t, { config: mailbox.config })
      await work()
      const { accessToken: token, user } = await join()
      await call(me.patch, { body: { profile: { locale: 'fr', nickname: '<b>Zoé</b>' } }, token })
      const from = (agent: string) =>
        call(sessions.logIn, {
          body: { login: user.username, password: goodPassword },
          headers: { 'user-agent': agent },
        })
      t.equal((await from('Phone <1>')).status, 201)
      const mail = await mailbox.read(call, user.email, /^Nouvel appareil/)
      t.match(mail.text, /Bonjour <b>Zoé<\/b>,[\s\S]*Phone <1>/)
      t.match(mail.html, /<html lang="fr">[\s\S]*Bonjour &#60;b&#62;Zoé/)
      t.equal((await from('Phone <1>')).status, 201)
      const kinds = await db.selectFrom('mails').select('kind').where('user_id', '=', user.id).execute()
      t.equal(
        kinds.filter((row) => row.kind === 'new-device').length,
        1,
        'the first login and known devices send none',
      )
    })
  })
}

t.test('off: no e-mail, no verification', async (t) => {
  const { db, register, logIn } = await startAccounts(t, { config: { EMAIL_VERIFICATION: 'off' } })
  const user = await register()
  const asked = { emailVerified: false, emailVerification: 'not-required' }
  t.match(user, asked)
  t.match((await logIn(user.username)).user, asked)
  t.same(await db.selectFrom('mails').select('id').execute(), [])
})

t.test('the inbox opens only on this machine, by its own names, without a mail server', async (t) => {
  const first = await startAccounts(t, {
    config: { INBOX: 'loopback', PUBLIC_URL: 'http://localhost:8080' },
  })
  const { another, call, db, send, register, url, work } = first
  await work()
  const { email } = await register()
  const { id } = await waitFor(async () => (await call(inbox.list, { query: { to: email } })).body.items[0])
  const page = await send('GET', '/inbox')
  t.match(page.text, /Confirm your e-mail address/)
  t.match(page.headers.get('content-security-policy'), /default-src 'none'/)
  t.match((await send('GET', `/inbox/messages/${id}`)).text, /Confirm the address/)
  const afar = { headers: { 'x-forwarded-for': '203.0.113.5' } }
  const paths = ['/inbox', '/inbox/messages', `/inbox/messages/${id}`]
  for (const path of paths) t.equal((await send('GET', path, afar)).status, 404, path)

  /** fetch sets Host itself. */
  const named = (base: string, path: string, headers: Record<string, string>) =>
    new Promise<number | undefined>((resolve, reject) => {
      get(`${base}${path}`, { headers, agent: false }, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      }).on('error', reject)
    })
  const open = await another({ INBOX: 'anyone' })
  t.equal((await open.call(inbox.show, afar)).status, 200)
  for (const path of paths) {
    for (const host of ['localhost', 'LOCALHOST:81', '127.0.0.1:8080', '[::1]:9']) {
      t.equal(await named(url, path, { host }), 200, `${host} ${path}`)
    }
    for (const host of [
      'evil.example',
      'evil.example:8080',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
    ]) {
      t.equal(await named(url, path, { host }), 404, `${host} ${path}`)
      t.equal(
        await named(url, path, { host: 'localhost', 'x-forwarded-host': host }),
        404,
        `forwarded ${host}`,
      )
      t.equal(await named(open.url, path, { host }), 404, `anyone, but ${host}`)
    }
  }
  // The console shows a link to it only where it answers.
  const manager = await register()
  await db.updateTable('users').set({ role: 'manager' }).where('id', '=', manager.id).execute()
  const told = async (process: typeof open, more: Record<string, string> = {}) => {
    const authorization = `Bearer ${(await process.logIn(manager.username)).accessToken}`
    return (await process.call(accountsUpkeep.list, { headers: { authorization, ...more } })).body.inbox
  }
  t.equal(await told(first), true)
  t.equal(await told(first, afar.headers), false)
  for (const elsewhere of [{ MAIL_URL: 'smtp://127.0.0.1:9' }, { PUBLIC_URL: 'https://likeness.test' }]) {
    const other = await another(elsewhere)
    t.equal((await other.call(inbox.show)).status, 404)
    t.equal(await told(other), false)
  }
})
