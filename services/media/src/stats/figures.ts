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

/** Counters as a client sees them. */
export function figuresOf(counters: Counters): Figures {
  const of = (name: string) => counters[name] ?? 0
  const refusals: [string, number][] = []
  const toConfirm: Bin[] = []
  const toPublish: Bin[] = []
  // In one pass: there may be a hundred bins in each of a thousand parts.
  for (const [name, n] of Object.entries(counters)) {
    if (name.startsWith('to-confirm:')) toConfirm.push([Number(name.slice(11)), n])
    else if (name.startsWith('to-publish:')) toPublish.push([Number(name.slice(11)), n])
    else if (name.startsWith('refused:')) refusals.push([name.slice(8), n])
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
    refusals: Object.fromEntries(refusals),
    successRate: ended === 0 ? null : of('published') / ended,
    timeToConfirm: percentilesOf(toConfirm),
    timeToPublish: percentilesOf(toPublish),
  }
}

/** The number of a bin of a histogram, and how many are in it. */
type Bin = [bin: number, n: number]

function percentilesOf(bins: Bin[]): Figures['timeToConfirm'] {
  bins.sort(([a], [b]) => a - b)
  const count = bins.reduce((total, [, n]) => total + n, 0)
  if (count === 0) return null
  const at = (share: number) => {
    let passed = 0
    for (const [bin, n] of bins) {
      passed += n
      if (passed >= share * count) return Math.round(binWidth ** (bin + 0.5))
    }
    return 0
  }
  return { p50: at(0.5), p95: at(0.95) }
}
