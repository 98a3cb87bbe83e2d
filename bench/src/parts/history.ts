/*
 * GET /v1/history over HTTP on a table of many uploads: every filter, first pages and deep ones of the same size, by one
 * client. SQL fills the table.
 */
import { history } from '@likeness/contracts/endpoints'
import { figure, type Row } from '../measuring/report.js'
import { quantile } from '../measuring/turns.js'
import { logIn, password } from '../product/client.js'
import { fill } from '../product/fill.js'
import { openStack } from '../product/stack.js'
import { runCli } from '../product/tree.js'
import { withDatabase } from '../product/with-database.js'
import type { Part } from './part.js'

const pagesATurn = 10
const pageSize = 50
/** The settings with which a table of ten million is filled in minutes. */
export const fillSettings = { max_wal_size: '16GB', shared_buffers: '512MB', checkpoint_timeout: '1h' }

type Page = { readonly items: readonly { readonly userId: string }[]; readonly nextCursor: string | null }
type Ask = (query: string) => Promise<Page>

export const measureHistory: Part = async ({ turns, uploads }) => {
  const stack = await openStack({ postgres: fillSettings, env: { DATABASE_POOL: '4' } })
  if (!stack) return []
  try {
    // Its upkeep would read the whole table while that has no indexes.
    await stack.parts.mediaWorker.stop()
    const began = performance.now()
    await withDatabase(stack.databases.media, (db) => fill(db, { uploads, expired: 0 }))
    const filled = (performance.now() - began) / 1000

    const env = { ...stack.envs.accounts, ADMIN_PASSWORD: password }
    await runCli('accounts', ['create-admin', '--email', 'admin@bench.test'], env)
    const authorization = `Bearer ${(await logIn(stack, 'admin')).accessToken}`
    const ask: Ask = async (query) => {
      const url = `${stack.parts.media.url}${history.list.path}?limit=${pageSize}&${query}`
      const answer = await fetch(url, { headers: { authorization } })
      if (answer.status !== 200) throw new Error(`${query} answered ${answer.status}`)
      return (await answer.json()) as Page
    }
    const someone = (await ask('')).items[0]?.userId ?? ''
    const measured: { query: string; first: number; deep: number }[] = []
    for (const query of queriesOf(someone))
      measured.push({ query, ...(await measure(ask, query, turns * pagesATurn)) })
    const rowOf = (what: string, page: 'first' | 'deep'): Row => ({
      part: 'history',
      what: `${what}, slowest filter, p95`,
      unit: 'ms',
      product: Math.max(...measured.map((one) => one[page]).filter((ms) => !Number.isNaN(ms))),
      note: measured.map((one) => `${nameOf(one.query)} ${figure(one[page])}`).join(' · '),
    })
    return [
      {
        part: 'history',
        what: `filling ${uploads.toLocaleString('en')} uploads`,
        unit: 's',
        product: filled,
      },
      rowOf(`first page of ${pageSize}`, 'first'),
      rowOf(`deep pages of ${pageSize}`, 'deep'),
    ]
  } finally {
    await stack.close()
  }
}

function queriesOf(userId: string): string[] {
  const month = `from=${daysAgo(40)}&to=${daysAgo(10)}`
  return [
    '',
    month,
    `userId=${userId}`,
    'status=published',
    'status=withdrawn',
    'status=failed',
    'format=gif',
    'format=gif&status=published',
    'ip=198.51.100.7',
    'ip=10.1.5.7',
    'q=img',
    'q=img_0042',
    'q=nothing+like+it',
    `q=photo-abc&${month}`,
  ]
}

/** A filter without what differs from run to run. */
const nameOf = (query: string) =>
  query.replace(/from=.*&to=.*/, 'a month').replace(/userId=.*/, 'one user') || 'all'

/** @returns the time that 95 of 100 pages stay under, ms; not a number where there is no second page */
async function measure(ask: Ask, query: string, pages: number): Promise<{ first: number; deep: number }> {
  await ask(query)
  const [first, deep]: [number[], number[]] = [[], []]
  for (let page = 0; page < pages; page += 1) first.push((await timed(() => ask(query))).ms)
  let { nextCursor } = await ask(query)
  for (let page = 0; page < pages && nextCursor !== null; page += 1) {
    const next = `${query}&cursor=${nextCursor}`
    const { ms, result } = await timed(() => ask(next))
    deep.push(ms)
    nextCursor = result.nextCursor
  }
  return { first: quantile(first, 0.95), deep: quantile(deep, 0.95) }
}

async function timed<Result>(work: () => Promise<Result>): Promise<{ ms: number; result: Result }> {
  const began = performance.now()
  const result = await work()
  return { ms: performance.now() - began, result }
}

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()
