/*
 * GET /v1/history over HTTP on a table of many uploads: every filter in every order, first pages and deep ones of the same
 * size, by one client; and how fast it is exported. SQL fills the table.
 */
import { history } from '@likeness/contracts/endpoints'
import { figure, type Row } from '../measuring/report.js'
import { quantile, timed } from '../measuring/turns.js'
import { manager } from '../product/fill.js'
import { openFilled } from '../product/filled.js'
import type { Part } from './part.js'

const pagesATurn = 10
const pageSize = 50

type Page = { readonly items: readonly { readonly userId: string }[]; readonly nextCursor: string | null }
type Ask = (query: string) => Promise<Page>

export const measureHistory: Part = async ({ turns, uploads }) => {
  const filled = await openFilled(uploads)
  if (!filled) return []
  const { stack, authorization, seconds } = filled
  const ask: Ask = async (query) => {
    const url = `${stack.parts.media.url}${history.list.path}?limit=${pageSize}&${query}`
    const answer = await fetch(url, { headers: { authorization } })
    if (answer.status !== 200) throw new Error(`${query} answered ${answer.status}`)
    return (await answer.json()) as Page
  }
  const someone = (await ask('')).items[0]?.userId ?? ''
  const among = `among ${uploads.toLocaleString('en')}`
  const rows: Row[] = [
    { part: 'history', what: `filling ${uploads.toLocaleString('en')} uploads`, unit: 's', product: seconds },
  ]
  for (const sort of sorts) {
    const measured: { query: string; first: number; deep: number }[] = []
    for (const query of queriesOf(someone)) {
      const { first, deep } = await measure(ask, `sort=${sort}&${query}`, turns * pagesATurn)
      measured.push({ query, first, deep })
    }
    const rowOf = (what: string, page: 'first' | 'deep'): Row => ({
      part: 'history',
      what: `${what} by ${sort} ${among}, slowest filter, p95`,
      unit: 'ms',
      product: Math.max(...measured.map((one) => one[page]).filter((ms) => !Number.isNaN(ms))),
      note: measured.map((one) => `${nameOf(one.query)} ${figure(one[page])}`).join(' · '),
    })
    rows.push(rowOf(`first page of ${pageSize}`, 'first'), rowOf(`deep pages of ${pageSize}`, 'deep'))
  }
  for (const type of ['application/x-ndjson', 'text/csv']) {
    const url = `${stack.parts.media.url}${history.list.path}?status=superseded`
    rows.push({
      part: 'history',
      what: `exporting as ${type} ${among}`,
      unit: 'rows/s',
      product: await exportRate(await fetch(url, { headers: { authorization, accept: type } })),
    })
  }
  return rows
}

const sorts = ['-uploadedAt', 'uploadedAt', '-bytes', 'bytes', '-confirmedAt', 'confirmedAt']

/** Filters that match most uploads, some, few and none. */
function queriesOf(userId: string): string[] {
  const month = `from=${daysAgo(40)}&to=${daysAgo(10)}`
  return [
    '',
    month,
    `from=${daysAgo(21)}&to=${daysAgo(20)}`,
    `from=2016-01-01T00:00:00Z&to=2036-01-01T00:00:00Z`,
    `userId=${userId}`,
    ...['superseded', 'published', 'withdrawn', 'failed', 'pending', 'rejected'].map(
      (status) => `status=${status}`,
    ),
    ...['invalid-image', 'too-many-pixels', 'image-too-small'].map((code) => `failure=${code}`),
    ...['jpeg', 'webp', 'gif', 'avif'].map((format) => `format=${format}`),
    'format=gif&status=published',
    `status=withdrawn&${month}`,
    // Half of all, a thousandth, some, none.
    ...['198.51.100.7', '192.0.2.1', '10.1.5.7', '203.0.113.9'].map((ip) => `ip=${ip}`),
    `actorId=${manager}`,
    `actorId=${userId}`,
    `sha256=${'ab'.repeat(32)}`,
    `sha256=${'cd'.repeat(32)}`,
    ...['img', '042', 'img_0042', 'photo-abc', 'nothing+like+it'].map((part) => `q=${part}`),
    `q=photo-abc&${month}`,
    // Together: some, few, and of much and much nothing.
    ...['superseded', 'withdrawn', 'pending'].map((status) => `q=042&status=${status}`),
    ...[`q=042&${month}`, 'q=042&format=gif', 'q=042&failure=too-many-pixels'],
    ...['q=img_0042&ip=192.0.2.1', 'q=photo-abc&status=published', `q=img&userId=${userId}`],
    ...['q=img&format=webp', 'status=rejected&ip=198.51.100.7'],
    ...['status=published&ip=192.0.2.1', 'failure=invalid-image&format=webp'],
  ]
}

// An export may have millions of lines; this many are timed.
const mostLines = 100_000

async function exportRate(response: Response): Promise<number> {
  const began = performance.now()
  let lines = 0
  for await (const bytes of response.body ?? []) {
    for (const byte of bytes as Uint8Array) if (byte === 10) lines += 1
    if (lines >= mostLines) break
  }
  return (lines / (performance.now() - began)) * 1000
}

/** A filter without what differs from run to run. */
const nameOf = (query: string) =>
  query
    .replace(/from=2016.*/, 'twenty years')
    .replace(/from=.*&to=.*/, (range) => (range.includes(daysAgo(21).slice(0, 10)) ? 'a day' : 'a month'))
    .replace(/(userId|actorId)=(?!018f0000).*/, '$1 of one user')
    .replace(/actorId=018f.*/, 'actorId of a manager')
    .replace(/sha256=(..).*/, 'sha256 $1…') || 'all'

/** @returns the time that 95 of 100 pages stay under, ms; not a number where there is no second page */
async function measure(ask: Ask, query: string, pages: number): Promise<{ first: number; deep: number }> {
  await ask(query)
  const [first, deep]: [number[], number[]] = [[], []]
  for (let page = 0; page < pages; page += 1) first.push((await timed(() => ask(query))).ms)
  let { nextCursor } = await ask(query)
  for (let page = 0; page < pages && nextCursor !== null; page += 1) {
    const next = `${query}&cursor=${nextCursor}`
    const { ms, result } = await timed(() => ask(next))
    // A last page may be shorter; another may be, having looked at as many uploads as it may.
    if (result.items.length === pageSize || result.nextCursor !== null) deep.push(ms)
    nextCursor = result.nextCursor
  }
  return { first: quantile(first, 0.95), deep: quantile(deep, 0.95) }
}

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()
