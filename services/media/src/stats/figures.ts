import type { Figures } from '@likeness/contracts'
import { binWidth, type Counters } from '../database/stats.table.js'

/** The sum of counters, name by name. */
export function sum(all: readonly Counters[]): Counters {
  if (all.length < 2) return all[0] ?? {}
  const total = new Map<string, number>()
  for (const counters of all) {
    for (const [name, n] of Object.entries(counters)) total.set(name, (total.get(name) ?? 0) + n)
  }
  return Object.fromEntries(total)
}

/** Counters, or a summary, as a client sees them. */
export function figuresOf(counters: Counters): Figures {
  const of = (name: string) => counters[name] ?? 0
  const refusals: Record<string, number> = {}
  const toConfirm: Bin[] = []
  const toPublish: Bin[] = []
  // In one pass: there may be two hundred bins in each of a thousand parts.
  for (const name of Object.keys(counters)) {
    const n = counters[name] ?? 0
    if (name[1] === ':') (name[0] === 'c' ? toConfirm : toPublish).push([Number(name.slice(2)), n])
    else if (name.startsWith('refused:')) refusals[name.slice(8)] = n
  }
  const ended = of('published') + of('failed')
  return {
    uploads: of('uploaded'),
    bytes: of('bytes'),
    confirms: of('confirmed'),
    restores: of('restored'),
    publishes: of('published'),
    superseded: of('superseded'),
    withdrawals: of('withdrawn'),
    discards: of('discarded'),
    expiries: of('expired'),
    rejections: of('rejected'),
    failures: of('failed'),
    erasures: of('erased'),
    refusals,
    successRate: ended === 0 ? null : of('published') / ended,
    timeToConfirm: percentilesIn(counters.c50, counters.c95) ?? percentilesOf(toConfirm),
    timeToPublish: percentilesIn(counters.p50, counters.p95) ?? percentilesOf(toPublish),
  }
}

/** The number of a bin of a histogram, and how many are in it. */
type Bin = [bin: number, n: number]

type Percentiles = Figures['timeToConfirm']

/** Milliseconds in the middle of a bin. */
const msOf = (bin: number): number => Math.round(binWidth ** (bin + 0.5))

/** Of a summary, which names the bins. */
const percentilesIn = (p50: number | undefined, p95: number | undefined): Percentiles =>
  p50 === undefined || p95 === undefined ? null : { p50: msOf(p50), p95: msOf(p95) }

function percentilesOf(bins: Bin[]): Percentiles {
  const count = bins.reduce((total, [, n]) => total + n, 0)
  if (count === 0) return null
  bins.sort(([a], [b]) => a - b)
  const at = (share: number) => {
    let passed = 0
    for (const [bin, n] of bins) {
      passed += n
      if (passed >= share * count) return msOf(bin)
    }
    return 0
  }
  return { p50: at(0.5), p95: at(0.95) }
}
