import type { LoggedIn, Role, Tokens } from '@likeness/contracts'
import { administration, emails, me, sessions, toAccounts } from '@likeness/contracts/endpoints'
import { hold } from '@likeness/test-kit'
import { decodeJwt } from 'jose'
import t from 'tap'
import { deleteUser } from './database/users.table.js'
import { goodPassword, startAccounts } from './testing/start-accounts.js'
import { startMailbox } from './testing/start-mailbox.js'

const newPassword = 'quartz-lantern-orbit-58'

// Each of these makes something happen between what a request reads and what it does about it: just after its password
// was verified or hashed, or while it waits for a lock that a second connection holds.
t.test('a decision still holds when it takes effect', async (t) => {
  const mailbox = await startMailbox(t, 'inbox')
  const { asMedia, call, send, db, deps, join, logIn, register, work } = await startAccounts(t, {
    config: { LOGINS_PER_MINUTE: '1000', RESETS_PER_HOUR: '1000' },
  })
  await work()

  async function joinAs(role: Role): Promise<LoggedIn> {
    const { id, username } = await register()
    await setRole(id, role)
    return logIn(username)
  }
  const setRole = (id: string, role: Role) =>
    db.updateTable('users').set({ role }).where('id', '=', id).execute()
  const admin = await joinAs('admin')
  const administer = (id: string, body: object, { accessToken: token } = admin) =>
    call(administration.patchUser, { params: { id }, body, token })
  const tryLogIn = (login: string, password = goodPassword) =>
    call(sessions.logIn, { body: { login, password } })
  const changePassword = (token: string, currentPassword = goodPassword, password = newPassword) =>
    call(me.changePassword, { body: { currentPassword, password }, token })
  const refresh = (refreshToken: string) => call(sessions.refresh, { body: { refreshToken } })
  const liveSessions = (userId: string) =>
    db
      .selectFrom('sessions')
      .select('id')
      .where('user_id', '=', userId)
      .where('ended_at', 'is', null)
      .execute()
  async function askReset(email: string) {
    await call(emails.requestReset, { body: { email } })
    return (await mailbox.read(call, email, /^Choose a new password/)).token
  }
  const reset = (token: string, password = newPassword) =>
    call(emails.resetPassword, { body: { token, password } })

  /** Runs `act` the next time a password has been verified or hashed, before anything is done with it. */
  function meanwhile(what: 'verify' | 'hash', act: () => Promise<unknown>): void {
    const { hasher } = deps
    const own = { ...hasher }
    const then = async <Result>(work: Promise<Result>) => {
      Object.assign(hasher, own)
      const result = await work
      await act()
      return result
    }
    if (what === 'hash') hasher.hash = (password) => then(own.hash(password))
    else hasher.verify = (known, password) => then(own.verify(known, password))
  }

  await t.test('a log-in under way', async (t) => {
    await t.test('does not outlive its password', async (t) => {
      const { accessToken, user } = await join()
      meanwhile('verify', () => changePassword(accessToken))
      const late = await tryLogIn(user.username)
      t.match([late.status, late.body.code], [401, 'invalid-credentials'])
      t.equal((await liveSessions(user.id)).length, 1, 'the one that changed it')
      const feed = await call(me.listActivity, { token: accessToken })
      t.match(feed.body, { items: [{ type: 'login-failed' }, { type: 'password-changed' }] })
      t.equal((await tryLogIn(user.username, newPassword)).status, 201)
    })

    await t.test('locks its counts in the order in which others do', async (t) => {
      const keys = async () =>
        (await db.selectFrom('attempts').select('key').orderBy('key').execute()).map(({ key }) => key)
      const lock = (from: typeof db, key: Buffer | undefined) =>
        from
          .selectFrom('attempts')
          .select('key')
          .where('key', '=', key ?? Buffer.alloc(0))
          .forUpdate()
      // The keys are hashes: among eight people those of the minute and the hour lie in either order.
      for (let person = 0; person < 8; person += 1) {
        const { username } = await register()
        const before = new Set((await keys()).map(String))
        let [first, second]: Buffer[] = []
        const held = await hold(db)
        meanwhile('verify', async () => {
          ;[first, second] = (await keys()).filter((key) => !before.has(String(key)))
          await lock(held.trx, first).execute()
        })
        const loggingIn = tryLogIn(username)
        await held.untilWaiting(1)
        const other = await lock(db, second)
          .noWait()
          .execute()
          .catch(({ message }) => message)
        await held.release()
        t.strictSame(other, [{ key: second }], 'while it waits for the first, the second is free')
        t.equal((await loggingIn).status, 201)
      }
    })

    await t.test('finds the account disabled', async (t) => {
      const { user } = await join()
      meanwhile('verify', () => administer(user.id, { disabled: true }))
      const late = await tryLogIn(user.username)
      t.match([late.status, late.body.code], [403, 'account-disabled'])
      t.same(await liveSessions(user.id), [])
    })

    await t.test('finds it closed', async (t) => {
      for (const password of [goodPassword, 'not the password']) {
        const { accessToken: token, user } = await join()
        meanwhile('verify', () => call(me.close, { body: { password: goodPassword }, token }))
        const late = await tryLogIn(user.username, password)
        t.match([late.status, late.body.code], [401, 'invalid-credentials'])
        t.same(await liveSessions(user.id), [])
      }
    })

    await t.test('gets the role that is left', async (t) => {
      const { user } = await joinAs('manager')
      meanwhile('verify', () => administer(user.id, { role: 'user' }))
      const late = await tryLogIn(user.username)
      t.match(
        [late.status, late.body.user.role, decodeJwt(late.body.accessToken).role],
        [201, 'user', 'user'],
      )
      t.equal((await call(administration.listUsers, { token: late.body.accessToken })).status, 403)
    })

    await t.test('succeeds although the same password was rehashed', async (t) => {
      const { user } = await join()
      meanwhile('verify', async () => {
        const password_hash = await deps.hasher.hash(goodPassword)
        await db.updateTable('users').set({ password_hash }).where('id', '=', user.id).execute()
      })
      t.equal((await tryLogIn(user.username)).status, 201)
    })

    await t.test('is ended too when its session is written but not committed', async (t) => {
      for (const end of [{ disabled: true }, { role: 'user' }, { endSessions: true }]) {
        const { id, username } = await register()
        await setRole(id, 'manager')
        const held = await hold(db)
        await held.lockTable('activities')
        const login = tryLogIn(username)
        await held.untilWaiting(1)
        const ended = administer(id, end)
        await held.untilWaiting(2)
        await held.release()
        t.same([(await login).status, (await ended).status], [201, 200])
        t.same(await liveSessions(id), [])
        const { accessToken: token, refreshToken } = (await login).body
        t.equal((await call(me.read, { token })).status, 401)
        t.equal((await refresh(refreshToken)).body.code, 'invalid-refresh-token')
      }
    })
  })

  await t.test('a refresh under way ends with the session', async (t) => {
    for (const end of [{ disabled: true }, { role: 'user' }] as const) {
      for (const first of ['refresh', 'end']) {
        const { refreshToken, user } = await joinAs('manager')
        const held = await hold(db)
        await held.trx
          .selectFrom('sessions')
          .select('id')
          .where('user_id', '=', user.id)
          .forUpdate()
          .execute()
        const acts = { refresh: () => refresh(refreshToken), end: () => administer(user.id, end) }
        const one = first === 'refresh' ? acts.refresh() : acts.end()
        await held.untilWaiting(1)
        const two = first === 'refresh' ? acts.end() : acts.refresh()
        await held.untilWaiting(2)
        await held.release()
        const [refreshed, ended] = first === 'refresh' ? [await one, await two] : [await two, await one]
        t.equal(ended.status, 200)
        t.same(await liveSessions(user.id), [])
        if (first === 'end')
          t.match([refreshed.status, refreshed.body], [401, { code: 'invalid-refresh-token' }])
        else {
          const { accessToken: token, refreshToken: next } = refreshed.body as Tokens
          t.equal((await call(me.read, { token })).status, 401)
          t.equal((await refresh(next)).body.code, 'invalid-refresh-token')
        }
      }
    }
  })

  await t.test('an act confirmed by the password does not outlive it', async (t) => {
    for (const [{ method, path }, body] of [
      [me.changeEmail, { currentPassword: goodPassword, email: 'thief@example.com' }],
      [me.changePassword, { currentPassword: goodPassword, password: 'thief-lantern-orbit-58' }],
      [me.close, { password: goodPassword }],
    ] as const) {
      const { accessToken: token, user } = await join()
      const link = await askReset(user.email)
      meanwhile('verify', () => reset(link))
      const late = await send(method, path, { body, token })
      t.match([late.status, late.body.code], [403, 'wrong-password'], `${method} ${path}`)
      t.equal((await tryLogIn(user.username, newPassword)).status, 201)
      const open = await db
        .selectFrom('one_time_tokens')
        .select('purpose')
        .where('user_id', '=', user.id)
        .where('used_at', 'is', null)
        .execute()
      t.same(open, [])
    }
  })

  await t.test('a reset under way', async (t) => {
    const { accessToken, user } = await join()
    const link = await askReset(user.email)
    meanwhile('hash', () => changePassword(accessToken))
    const late = await reset(link, 'thief-lantern-orbit-58')
    t.match([late.status, late.body.code], [404, 'token-invalid'], 'ends with a new password')
    t.equal((await tryLogIn(user.username, newPassword)).status, 201)

    const other = await join()
    const second = await askReset(other.user.email)
    meanwhile('hash', () => administer(other.user.id, { disabled: true }))
    t.match([(await reset(second)).body.code], ['token-invalid'], 'and with the account disabled')
  })

  await t.test('a link is made for the current address and standing', async (t) => {
    for (const change of [
      { email: 'moved@example.com', email_key: 'moved@example.com' },
      { disabled_at: new Date() },
    ]) {
      for (const endpoint of [emails.requestReset, emails.resendVerification]) {
        const { email, id } = await register()
        await db.deleteFrom('one_time_tokens').execute()
        const held = await hold(db)
        await held.trx.updateTable('users').set(change).where('id', '=', id).execute()
        const asked = call(endpoint, { body: { email } })
        await held.untilWaiting(1)
        await held.release()
        t.equal((await asked).status, 202)
        t.same(await db.selectFrom('one_time_tokens').select('email').execute(), [], endpoint.id)
        await db.transaction().execute((trx) => deleteUser(trx, id))
      }
    }
  })

  await t.test('a manager', async (t) => {
    const manager = await joinAs('manager')
    const { user } = await join()
    const rises = await hold(db)
    await rises.trx.updateTable('users').set({ role: 'manager' }).where('id', '=', user.id).execute()
    const late = administer(user.id, { disabled: true }, manager)
    await rises.untilWaiting(1)
    await rises.release()
    t.match(
      [(await late).status, (await late).body.code],
      [403, 'forbidden'],
      'does not act on someone who was just promoted',
    )

    const other = await join()
    const falls = await hold(db)
    await falls.trx.updateTable('users').set({ role: 'user' }).where('id', '=', manager.user.id).execute()
    const act = administer(other.user.id, { disabled: true }, manager)
    await falls.untilWaiting(1)
    await falls.release()
    t.match([(await act).status, (await act).body.code], [401, 'unauthenticated'], 'nor after being demoted')
    t.equal((await administer(other.user.id, {})).body.disabledAt, null)
  })

  await t.test('two people who act on each other do not deadlock', async (t) => {
    const [one, two] = [await joinAs('admin'), await joinAs('admin')]
    const held = await hold(db)
    await held.trx
      .selectFrom('users')
      .select('id')
      .where('id', 'in', [one.user.id, two.user.id])
      .forUpdate()
      .execute()
    const acts = [
      administer(two.user.id, { role: 'user' }, one),
      administer(one.user.id, { disabled: true }, two),
    ]
    await held.untilWaiting(2)
    await held.release()
    const statuses = (await Promise.all(acts)).map((answer) => answer.status)
    t.same(
      statuses.sort((a, b) => a - b),
      [200, 401],
      'the later one has lost the rank',
    )
  })

  await t.test('a profile changes while media reports a picture', async (t) => {
    const { accessToken: token, user } = await join()
    const held = await hold(db)
    await held.trx.selectFrom('users').select('id').where('id', '=', user.id).forUpdate().execute()
    const patched = call(me.patch, { body: { profile: { bio: 'Hi' } }, token })
    await held.untilWaiting(1)
    const told = call(toAccounts.removeAvatar, {
      params: { id: user.id },
      headers: await asMedia(),
      body: { version: 1, uploadId: null, actor: { id: user.id, ip: null, userAgent: null }, reason: null },
    })
    await held.untilWaiting(2)
    await held.release()
    t.same([(await patched).status, (await told).status], [200, 204])
  })

  await t.test('an account is closed while it is logged out everywhere', async (t) => {
    const { accessToken: token, user } = await join()
    const held = await hold(db)
    await held.trx.selectFrom('users').select('id').where('id', '=', user.id).forUpdate().execute()
    const closed = call(me.close, { body: { password: goodPassword }, token })
    await held.untilWaiting(1)
    const out = call(sessions.logOutEverywhere, { token })
    await held.untilWaiting(2)
    await held.release()
    t.same([(await closed).status, (await out).status], [202, 204])
  })
})
