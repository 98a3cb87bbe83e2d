import t from 'tap'
import type { CookieLoggedIn } from '../api.js'
import { LikenessError } from '../error.js'
import { openSessionCore } from './session-core.js'
import type { Kept } from './session-store.js'

/**
 * A server that rotates the refresh token of each session, and a browser whose tabs share its cookie and what is
 * remembered. The cookie is read when a request leaves and replaced when its answer comes.
 */
function world(userId: string | undefined) {
  let remembered: Kept | undefined = userId === undefined ? undefined : { userId }
  let clock = 0
  let count = 0
  let cookie = userId && `${userId}-0`
  const living = new Set([cookie])
  const tabs: (() => void)[] = []
  let held = Promise.resolve()
  const tokens = () => ({
    accessToken: `access-${count}`,
    tokenType: 'Bearer' as const,
    expiresIn: 600,
    refreshExpiresIn: 1000,
  })
  const next = (user: string) => {
    count += 1
    const token = `${user}-${count}`
    living.add(token)
    return token
  }
  let queue: Promise<unknown> = Promise.resolve()
  const openTab = (refresh?: () => Promise<never>) =>
    openSessionCore({
      store: {
        read: () => remembered,
        write: (next) => {
          remembered = next
        },
        onChange: (changed) => tabs.push(changed),
      },
      refresh: async () => {
        if (refresh) return refresh()
        const sent = cookie ?? ''
        if (!living.delete(sent)) throw new LikenessError('refresh-token-reused', { status: 401 })
        const [user = ''] = sent.split('-')
        const token = next(user)
        const answer = tokens()
        await held
        cookie = token
        return answer
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
    logIn: (id: string) => async () => {
      cookie = next(id)
      return { ...tokens(), user: { id } } as CookieLoggedIn
    },
    /** Holds the server's answers until the returned function is called. */
    hold: () => {
      let release = () => {}
      held = new Promise((resolve) => {
        release = resolve
      })
      return () => release()
    },
    storageEvent: () => {
      for (const changed of tabs) changed()
    },
    pass: (milliseconds: number) => {
      clock += milliseconds
    },
    get remembered() {
      return remembered?.userId
    },
    get cookie() {
      return cookie
    },
  }
}

t.test('many requests at once share one refresh', async (t) => {
  const w = world('ada')
  const tab = w.openTab()
  const tokens = await Promise.all(Array.from({ length: 20 }, () => tab.getToken()))
  t.same(new Set(tokens), new Set(['access-1']))
  t.equal(w.cookie, 'ada-1')
})

t.test('two tabs never use one refresh token twice', async (t) => {
  const w = world('ada')
  const [one, two] = [w.openTab(), w.openTab()]
  t.same(await Promise.all([one.getToken(), two.getToken()]), ['access-1', 'access-2'])
  t.equal(one.state().status, 'signed-in')
})

t.test('a token is kept until shortly before it expires', async (t) => {
  const w = world('ada')
  const tab = w.openTab()
  await tab.getToken()
  w.pass(569_000)
  t.equal(await tab.getToken(), 'access-1')
  w.pass(2_000)
  t.equal(await tab.getToken(), 'access-2')
})

t.test('a refused access token is renewed, unless another request has done so meanwhile', async (t) => {
  const w = world('ada')
  const tab = w.openTab()
  const refused = await tab.getToken()
  t.same(await Promise.all([tab.getToken(refused), tab.getToken(refused)]), ['access-2', 'access-2'])
  t.equal(await tab.getToken(refused), 'access-2')
})

t.test('a refused refresh token ends the session', async (t) => {
  const w = world('ada')
  const tab = w.openTab(() => Promise.reject(new LikenessError('invalid-refresh-token', { status: 401 })))
  let changes = 0
  tab.subscribe(() => {
    changes += 1
  })
  await t.rejects(tab.getToken(), { code: 'session-ended' })
  t.same(tab.state(), { status: 'signed-out', expired: true })
  t.equal(w.remembered, undefined)
  t.equal(changes, 1)
})

t.test('an unreachable server does not', async (t) => {
  const w = world('ada')
  const tab = w.openTab(() => Promise.reject(new LikenessError('unreachable')))
  await t.rejects(tab.getToken(), { code: 'unreachable' })
  t.equal(tab.state().status, 'signed-in')
  t.equal(w.remembered, 'ada')
})

t.test('logging out while a refresh is under way stays logged out', async (t) => {
  const w = world('ada')
  const tab = w.openTab()
  const request = tab.getToken()
  await Promise.resolve()
  tab.end()
  await t.rejects(request, { code: 'session-ended' })
  t.same(tab.state(), { status: 'signed-out', expired: false })
  t.equal(w.remembered, undefined)
})

t.test('other tabs follow a log-out and a change of user, but not a rotation', async (t) => {
  const w = world('ada')
  const [one, two] = [w.openTab(), w.openTab()]
  await one.getToken()
  w.storageEvent()
  t.same(two.state(), { status: 'signed-in', userId: 'ada' })
  await one.open(w.logIn('bob'))
  w.storageEvent()
  t.same(two.state(), { status: 'signed-in', userId: 'bob' })
  one.end()
  w.storageEvent()
  t.same(two.state(), { status: 'signed-out', expired: false })
})

t.test('logging in waits for a refresh, because its cookie would replace the new one', async (t) => {
  const w = world('ada')
  const [one, two] = [w.openTab(), w.openTab()]
  const answer = w.hold()
  const request = one.getToken()
  await new Promise((sent) => setImmediate(sent))
  two.end()
  const opened = two.open(w.logIn('bob'))
  answer()
  await opened
  await t.rejects(request, { code: 'session-ended' })
  t.equal(w.cookie, 'bob-2')
  t.equal(await two.getToken(), 'access-2')
})
