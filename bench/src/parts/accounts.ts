/*
 * Reading the profile, refreshing and logging in, beside a bare service on the same database (twins/accounts.ts); and
 * logging in beside Argon2 alone, which sets the limit. 16 connections, each someone else.
 */
import { me, sessions } from '@likeness/contracts/endpoints'
import { askTurn } from '../measuring/costs.js'
import type { Planned } from '../measuring/load.js'
import { type Row, rowOf } from '../measuring/report.js'
import { inTurns, medianOf, ratioOf, type Turn } from '../measuring/turns.js'
import { logInAll, openKey, type Person, password } from '../product/client.js'
import { openStack, type Stack } from '../product/stack.js'
import type { AccountsOrder } from '../twins/accounts.js'
import { startTwin } from '../twins/start-twin.js'
import type { Pace, Part } from './part.js'

const connections = 16
const name = 'account'
const json = { 'content-type': 'application/json' }

export const measureAccounts: Part = async (pace) => {
  const stack = await openStack()
  if (!stack) return []
  try {
    const people = await logInAll(stack, name, connections)
    const order = { databaseUrl: stack.databases.accounts, key: await openKey(stack) }
    const twin = await startTwin('accounts', order satisfies AccountsOrder)
    try {
      return await measure(stack, twin, people, pace)
    } finally {
      await twin.stop()
    }
  } finally {
    await stack.close()
  }
}

async function measure(
  { parts, postgresPid }: Stack,
  twin: { url: string; pid: number },
  people: readonly Person[],
  { turns, seconds }: Pace,
): Promise<Row[]> {
  const turn = async (
    { url, pid }: typeof twin,
    requests: readonly Planned[],
    follow?: 'refresh',
  ): Promise<Turn> =>
    askTurn(
      { origin: url, connections, seconds, requests, ...(follow && { follow }) },
      { pids: [pid], postgresPid },
    )

  const reading = people.map(({ accessToken }): Planned => {
    return { method: 'GET', path: me.read.path, headers: { authorization: `Bearer ${accessToken}` } }
  })
  const read = await inTurns(turns, {
    product: () => turn(parts.accounts, reading),
    bare: () => turn(twin, reading),
  })

  const loggingIn = (path: string) =>
    people.map(({ username }): Planned => {
      return { method: 'POST', path, headers: json, body: JSON.stringify({ login: username, password }) }
    })
  // Each turn begins with tokens of its own: those under way when a turn ends are lost.
  const refreshing = async ({ url }: typeof twin) =>
    Promise.all(
      loggingIn(sessions.logIn.path).map(async ({ path, headers, body = '' }): Promise<Planned> => {
        const answer = await fetch(url + path, { method: 'POST', headers, body })
        const { refreshToken } = (await answer.json()) as { refreshToken: string }
        return {
          method: 'POST',
          path: sessions.refresh.path,
          headers,
          body: JSON.stringify({ refreshToken }),
        }
      }),
    )
  const refreshed = await inTurns(turns, {
    product: async () => turn(parts.accounts, await refreshing(parts.accounts), 'refresh'),
    bare: async () => turn(twin, await refreshing(twin), 'refresh'),
  })
  const loggedIn = await inTurns(turns, {
    product: () => turn(parts.accounts, loggingIn(sessions.logIn.path)),
    bare: () => turn(twin, loggingIn(sessions.logIn.path)),
    argon2: () => turn(twin, loggingIn('/argon2')),
  })

  const row = (what: string, product: readonly Turn[], bare: readonly Turn[]): Row => ({
    ...rowOf({ part: 'accounts', what, unit: '/s' }, product, bare),
    note: `p95 ${(medianOf(product, 'p95') ?? Number.NaN).toFixed(1)} ms`,
  })
  return [
    row('GET /v1/me', read.product, read.bare),
    row('refresh', refreshed.product, refreshed.bare),
    row('log in', loggedIn.product, loggedIn.bare),
    {
      ...{ part: 'accounts', what: 'log in, beside Argon2 alone', unit: '/s' },
      product: medianOf(loggedIn.product, 'rate') ?? Number.NaN,
      twin: medianOf(loggedIn.argon2, 'rate'),
      ratio: ratioOf(loggedIn.product, loggedIn.argon2),
    },
  ]
}
