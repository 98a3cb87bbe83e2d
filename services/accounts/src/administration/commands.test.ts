import { me } from '@likeness/contracts/endpoints'
import { waitFor } from '@likeness/test-kit'
import t from 'tap'
import { runCli } from '../testing/run-cli.js'
import { startAccounts } from '../testing/start-accounts.js'

t.test('list, set-role, disable and enable from the command line', async (t) => {
  const { call, env, join } = await startAccounts(t)
  const { accessToken, user } = await join()
  const json = async (...args: string[]) => {
    const { status, stdout, stderr } = await runCli(env, ...args, '--json')
    t.equal(status, 0, stderr)
    return JSON.parse(stdout) as Record<string, unknown>
  }
  t.match(await json('list', '--q', user.username), {
    users: [{ id: user.id, role: 'user', disabledAt: null }],
  })
  t.match(await runCli(env, 'list'), {
    status: 0,
    stdout: `${user.username} <${user.email}> user`,
  })
  t.match(await json('disable', user.username, 'left the company'), { disabled: true })
  await waitFor(async () => (await call(me.read, { token: accessToken })).status === 401)
  t.match(await json('enable', user.email), { disabled: false })
  t.match(await json('set-role', user.username, 'admin'), { id: user.id, role: 'admin' })
  const [last, nobody] = await Promise.all([
    runCli(env, 'set-role', user.username, 'user'),
    runCli(env, 'disable', 'nobody'),
  ])
  t.match(last, { status: 1, stderr: /last administrator/ })
  t.match(nobody, { status: 1, stderr: /No such user/ })
})
