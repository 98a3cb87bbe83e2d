/*
 * What a token of another login costs beside one of accounts: the same list of uploads, by 16 people of each, over 16
 * connections; how many people that were never here are met a second; how many webhooks are sent a second; and how
 * much a page loads.
 */
import { uploads } from '@likeness/contracts/endpoints'
import { startIssuer } from '@likeness/test-kit/start-issuer'
import { askTurn } from '../measuring/costs.js'
import type { Planned } from '../measuring/load.js'
import { type Row, rowOf } from '../measuring/report.js'
import { inTurns, spreadOf } from '../measuring/turns.js'
import { logInAll } from '../product/client.js'
import { openStack } from '../product/stack.js'
import { measureSizes } from './adopt-sizes.js'
import { measureWebhooks, webhookSettings } from './adopt-webhooks.js'
import type { Part } from './part.js'

const connections = 16
/** More than come in a turn: each of them is verified and met. */
const strangers = 20_000

export const measureAdopt: Part = async ({ turns, seconds }) => {
  const ends: (() => unknown)[] = []
  const issuer = await startIssuer({ teardown: (end) => void ends.push(end) })
  const roles = { claims: { roles: ['roles'] }, roles: { admin: ['admin'] } }
  const ISSUERS = JSON.stringify([{ alias: 'other', issuer: issuer.url, audience: ['product'], ...roles }])
  const stack = await openStack({ env: { ISSUERS, ...webhookSettings } })
  try {
    if (!stack) return []
    const { media } = stack.parts
    const payers = { pids: [media.pid], postgresPid: stack.postgresPid }
    const listing = (token: string): Planned => ({
      method: 'GET',
      path: uploads.list.path,
      headers: { authorization: `Bearer ${token}` },
    })
    const turn = (requests: readonly Planned[]) => () =>
      askTurn({ origin: media.url, connections, seconds, requests }, payers)
    const tokens = (count: number, name: string) =>
      Promise.all(Array.from({ length: count }, (_, index) => issuer.token({ sub: `${name}-${index}` })))

    const own = (await logInAll(stack, 'adopt', connections)).map(({ accessToken }) => listing(accessToken))
    const foreign = (await tokens(connections, 'person')).map(listing)
    const taken = await inTurns(turns, { foreign: turn(foreign), own: turn(own) })
    const cost = taken.foreign.map(({ cpuMs = 0 }, index) => cpuMs / (taken.own[index]?.cpuMs ?? Number.NaN))
    const rows: Row[] = [
      rowOf(
        { part: 'adopt', what: 'listing uploads with a token of another login', unit: '/s' },
        taken.foreign,
        taken.own,
      ),
      {
        ...{ part: 'adopt', what: 'CPU time of one, beside a token of accounts', unit: '', aim: '≤ 1.1' },
        product: spreadOf(cost).median,
      },
    ]
    let round = 0
    const met = await inTurns(turns, {
      met: async () => {
        round += 1
        return turn((await tokens(strangers, `stranger-${round}`)).map(listing))()
      },
    })
    rows.push(rowOf({ part: 'adopt', what: 'the same by people who were never here', unit: '/s' }, met.met))
    const admin = await issuer.token({ sub: 'admin', roles: ['admin'] })
    rows.push(...(await measureWebhooks(stack, { token: admin, turns, seconds })), ...(await measureSizes()))
    return rows
  } finally {
    await stack?.close()
    for (const end of ends) await end()
  }
}
