import { sessions } from '@likeness/contracts/endpoints'
import { waitFor } from '@likeness/test-kit'
import t from 'tap'
import { startAccounts } from '../testing/start-accounts.js'
import { prune } from './prune.js'

t.test('ended things are deleted, live ones stay', async (t) => {
  const { call, db, deps, join } = await startAccounts(t)
  const [ended, expired, fresh, live] = [await join(), await join(), await join(), await join()]
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000)
  const end = (session: typeof ended, days: number) =>
    db
      .updateTable('sessions')
      .set({ ended_at: daysAgo(days), end_reason: 'logout' })
      .where('user_id', '=', session.user.id)
      .execute()
  await end(ended, 2)
  await end(fresh, 0.5)
  await db
    .updateTable('sessions')
    .set({ expires_at: daysAgo(2) })
    .where('user_id', '=', expired.user.id)
    .execute()
  await call(sessions.logIn, { body: { login: 'nobody', password: 'x' } })
  await db
    .updateTable('attempts')
    .set({ resets_at: daysAgo(1) })
    .execute()
  await call(sessions.logIn, { body: { login: 'somebody', password: 'x' } })

  const dry = await prune(deps, { dryRun: true })
  t.equal(dry.sessions, 2)
  t.ok(dry.attempts >= 2)
  t.same(await prune(deps, { dryRun: false }), dry)
  const left = await db.selectFrom('sessions').select('user_id').orderBy('user_id').execute()
  t.same(left, [{ user_id: fresh.user.id }, { user_id: live.user.id }])
  t.equal((await db.selectFrom('attempts').select('key').execute()).length, 2)
  t.match(await prune(deps, { dryRun: false }), { sessions: 0, attempts: 0 })
})

t.test('the worker runs upkeep on its schedule', async (t) => {
  const { db, join, work } = await startAccounts(t, { config: { UPKEEP_SCHEDULE: 'prune=* * * * * *' } })
  const { user } = await join()
  await db
    .updateTable('sessions')
    .set({ expires_at: new Date(0) })
    .where('user_id', '=', user.id)
    .execute()
  await work()
  await waitFor(async () => (await db.selectFrom('sessions').select('id').execute()).length === 0, {
    for: 'the session to be deleted',
  })
})
