/*
 * GET /v1/stats over HTTP among many uploads, by one client, after upkeep has summed up what happened: ranges of a day, a
 * month and all, in parts of every size. How long the first summing up takes of a table that had none.
 */
import { stats } from '@likeness/contracts/endpoints'
import { figure, type Row } from '../measuring/report.js'
import { quantile, timed } from '../measuring/turns.js'
import { openFilled } from '../product/filled.js'
import { runCli } from '../product/tree.js'
import type { Part } from './part.js'

const answersATurn = 20

export const measureStats: Part = async ({ turns, uploads }) => {
  const filled = await openFilled(uploads)
  if (!filled) return []
  const { stack, authorization } = filled
  const summed = await timed(() => runCli('media', ['roll-up-stats', '--json'], stack.envs.media))
  const slowest: { query: string; p95: number }[] = []
  for (const query of queries) {
    const times: number[] = []
    for (let round = 0; round <= turns * answersATurn; round += 1) {
      const { ms } = await timed(async () => {
        const answer = await fetch(`${stack.parts.media.url}${stats.read.path}?${query}`, {
          headers: { authorization },
        })
        if (answer.status !== 200) throw new Error(`${query} answered ${answer.status}`)
        await answer.arrayBuffer()
      })
      // The first warms up.
      if (round > 0) times.push(ms)
    }
    slowest.push({ query, p95: quantile(times, 0.95) })
  }
  const among = `among ${uploads.toLocaleString('en')} uploads`
  const rows: Row[] = [
    {
      part: 'stats',
      what: `one answer ${among}, slowest range, p95`,
      unit: 'ms',
      aim: '≤ 50 ms',
      product: Math.max(...slowest.map(({ p95 }) => p95)),
      note: slowest.map(({ query, p95 }) => `${nameOf(query)} ${figure(p95)}`).join(' · '),
    },
    { part: 'stats', what: `summing up for the first time ${among}`, unit: 's', product: summed.ms / 1000 },
  ]
  return rows
}

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()

const queries = [
  `from=${daysAgo(1)}&bucket=hour`,
  `from=${daysAgo(30)}&bucket=hour`,
  `from=${daysAgo(30)}&bucket=day`,
  `from=${daysAgo(500)}&bucket=day`,
  `from=${daysAgo(500)}&bucket=week`,
  `from=${daysAgo(500)}&bucket=month`,
]

/** A range without the date, which differs from run to run. */
const nameOf = (query: string) => {
  const days = Math.round(
    (Date.now() - Date.parse(query.slice('from='.length, query.indexOf('&')))) / 86_400_000,
  )
  return `${days} days by the ${query.split('bucket=')[1]}`
}
