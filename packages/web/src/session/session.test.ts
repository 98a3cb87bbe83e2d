import t from 'tap'
import { Fault } from '../api/fault.js'
import { createSession, type Identity } from './session.js'

/** A server that rotates one refresh token, and a browser store that several tabs can share. */
function world(first: Identity | undefined) {
  let identity = first
  let clock = 0
  let rotations = 0
  let living = first?.refreshToken
  const tabs: (() => void)[] = []
  const tokensOf = (count: number) => ({
    accessToken: `access-${count}`,
    tokenType: 'Bearer' as const,
    expiresIn: 600,
    refreshToken: `refresh-${count}`,
    refreshExpiresIn: 1000,
  })
  let queue: Promise<unknown> = Promise.resolve()
  const openTab = (refresh?: (token: string) => Promise<never>) =>
    createSession({
      remembered: {
        read: () => identity,
        write: (next) => {
          identity = next
        },
        onChange: (changed) => tabs.push(changed),
      },
      refresh: async (token) => {
        if (refresh) return refresh(token)
        await Promise.resolve()
        if (token !== living) throw new Fault('refresh-token-reused', '', '', { status: 401 })
        rotations += 1
        living = `refresh-${rotations}`
        return tokensOf(rotations)
      },
      exclusively: (work) => {
        const turn = queue.then(work)
        queue = turn.catch(() => undefined)
        return turn
      },
      now: () => clock,
    })
  return {
    openTab,
    tokensOf,
    storageEvent: () => {
      for (const changed of tabs) changed()
    },
    pass: (milliseconds: number) => {
      clock += milliseconds
    },
    get identity() {
      return identity
    },
    set identity(next) {
      identity = next
    },
    get rotations() {
      return rotations
    },
  }
}

const remembered = { userId: 'ada', refreshToken: 'refresh-0' }
const tokenOf = async (token: string) => token

t.test('many requests at once share one refresh', async (t) => {
  const w = world(remembered)
  const tab = w.openTab()
  const tokens = await Promise.all(Array.from({ length: 20 }, () => tab.authorized(tokenOf)))
  t.same(new Set(tokens), new Set(['access-1']))
  t.equal(w.rotations, 1)
  t.same(w.identity, { userId: 'ada', refreshToken: 'refresh-1' })
})

t.test('two tabs never use one refresh token twice', async (t) => {
  const w = world(remembered)
  const [one, two] = [w.openTab(), w.openTab()]
  t.same(await Promise.all([one.authorized(tokenOf), two.authorized(tokenOf)]), ['access-1', 'access-2'])
  t.equal(one.state().status, 'signed-in')
})

t.test('a token is kept until shortly before it expires', async (t) => {
  const w = world(remembered)
  const tab = w.openTab()
  await tab.authorized(tokenOf)
  w.pass(569_000)
  t.equal(await tab.authorized(tokenOf), 'access-1')
  w.pass(2_000)
  t.equal(await tab.authorized(tokenOf), 'access-2')
})

t.test('a refused access token is renewed once and the request repeated', async (t) => {
  const w = world(remembered)
  const tab = w.openTab()
  const refuse = new Fault('unauthenticated', '', '', { status: 401 })
  const tried: string[] = []
  const request = async (token: string) => {
    tried.push(token)
    if (token === 'access-1') throw refuse
    return token
  }
  t.equal(await tab.authorized(request), 'access-2')
  t.same(tried, ['access-1', 'access-2'])
  await t.rejects(
    tab.authorized(() => Promise.reject(refuse)),
    refuse,
    'and not for ever',
  )
})

t.test('a refused refresh token ends the session', async (t) => {
  const w = world({ userId: 'ada', refreshToken: 'stolen' })
  const tab = w.openTab(() => Promise.reject(new Fault('invalid-refresh-token', '', '', { status: 401 })))
  let changes = 0
  tab.subscribe(() => {
    changes += 1
  })
  await t.rejects(tab.authorized(tokenOf), { code: 'session-ended' })
  t.same(tab.state(), { status: 'signed-out', expired: true })
  t.equal(w.identity, undefined)
  t.equal(changes, 1)
})

t.test('a server out of reach does not', async (t) => {
  const w = world(remembered)
  const tab = w.openTab(() => Promise.reject(new Fault('unreachable', '', '')))
  await t.rejects(tab.authorized(tokenOf), { code: 'unreachable' })
  t.equal(tab.state().status, 'signed-in')
  t.same(w.identity, remembered)
})

t.test('logging out while a refresh is under way stays logged out', async (t) => {
  const w = world(remembered)
  const tab = w.openTab()
  const request = tab.authorized(tokenOf)
  await Promise.resolve()
  tab.end()
  await t.rejects(request, { code: 'session-ended' })
  t.same(tab.state(), { status: 'signed-out', expired: false })
  t.equal(w.identity, undefined)
})

t.test('other tabs follow a log-out and a change of user, but not a rotation', async (t) => {
  const w = world(remembered)
  const [one, two] = [w.openTab(), w.openTab()]
  await one.authorized(tokenOf)
  w.storageEvent()
  t.same(two.state(), { status: 'signed-in', userId: 'ada' })
  one.start('bob', w.tokensOf(9))
  w.storageEvent()
  t.same(two.state(), { status: 'signed-in', userId: 'bob' })
  one.end()
  w.storageEvent()
  t.same(two.state(), { status: 'signed-out', expired: false })
})
