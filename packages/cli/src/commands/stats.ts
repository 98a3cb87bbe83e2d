import type { Figures, Stats } from '@likeness/contracts'
import type { Command } from 'commander'
import { action, type Given } from '../finish.js'
import { read } from '../read-given.js'
import { ask, remoteOf } from '../remote.js'
import { openMedia, servicesOf, using } from '../services.js'

/** Adds `stats`: what happened to uploads, and what waits now. */
export function addStats(program: Command): void {
  program
    .command('stats')
    .description('count what happened to uploads in parts of a range, and what waits now')
    .option('--from <time>', 'such as 2026-01-31T00:00:00Z; 30 days before --to unless given')
    .option('--to <time>', 'now unless given')
    .option('--bucket <unit>', 'hour, day, week or month', 'day')
    .action(
      action(async (given) => {
        const stats = await readStats(given)
        return { result: stats, lines: linesOf(stats) }
      }),
    )
}

async function readStats(given: Given): Promise<Stats> {
  servicesOf(given, ['media'])
  const { StatsQuery } = await import('@likeness/contracts')
  const { from, to, bucket } = given
  const query = await read(StatsQuery, { from, to, bucket })
  const remote = remoteOf(given)
  if (remote) {
    const { stats } = await import('@likeness/contracts/endpoints')
    return (await ask(remote, stats.read, { query })).body
  }
  const { readStats: readHere } = await import('@likeness/media/operations')
  return using(openMedia(), (deps) => readHere(deps, query))
}

function linesOf({ total, items, now }: Stats): string[] {
  const { kept, webhooks } = now
  return [
    lineOf('when', ['uploads', 'confirmed', 'published', 'expired', 'rejected', 'failed', 'success']),
    ...items.map((item) => lineOf(item.at, countsOf(item))),
    lineOf('total', countsOf(total)),
    `pending ${now.pending}; to prepare ${now.toPrepare.count}, to publish ${now.toPublish.count}`,
    kept === null
      ? 'originals kept: not counted yet'
      : `originals kept: ${kept.uploads}, ${kept.bytes} bytes`,
    `webhooks: ${webhooks.enabled} enabled, ${webhooks.failing} of them failing; ${webhooks.stopped} stopped; ${webhooks.failed} deliveries given up`,
  ]
}

const countsOf = ({ successRate, ...figures }: Figures) => [
  figures.uploads,
  figures.confirms,
  figures.publishes,
  figures.expiries,
  figures.rejections,
  figures.failures,
  successRate === null ? '–' : `${(successRate * 100).toFixed(1)} %`,
]

const lineOf = (when: string, cells: readonly (string | number)[]) =>
  [when.padEnd(25), ...cells.map((cell) => String(cell).padStart(11))].join('')
