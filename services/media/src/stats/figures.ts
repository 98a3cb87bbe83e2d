import type { Figures } from '@likeness/contracts'
import { binWidth, type Counters } from '../database/stats.table.js'

/** The sum of counters, name by name. */
export function sum(all: readonly Counters[]): Counters {
  const total = new Map<string, number>()
  for (const counters of all) {
    for (const [name, n] of Object.entries(counters)) total.set(name, (total.get(name) ?? 0) + n)
  }
  return Object.fromEntries(total)
}

/** Counters as a client sees them. */
export function figuresOf(counters: Counters): Figures {
  const of = (name: string) => counters[name] ?? 0
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
    refusals: Object.fromEntries(named(counters, 'refused:')),
    successRate: ended === 0 ? null : of('published') / ended,
    timeToConfirm: percentilesOf(counters, 'to-confirm:'),
    timeToPublish: percentilesOf(counters, 'to-publish:'),
  }
}

const named = (counters: Counters, prefix: string): [string, number][] =>
  Object.entries(counters)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, n]) => [name.slice(prefix.length), n])

/** Of a histogram whose bins are named by their number. */
function percentilesOf(counters: Counters, prefix: string): Figures['timeToConfirm'] {
  const bins = named(counters, prefix)
    .map(([bin, n]): [number, number] => [Number(bin), n])
    .sort(([a], [b]) => a - b)
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
