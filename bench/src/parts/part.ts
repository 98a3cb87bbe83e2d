import type { Row } from '../measuring/report.js'

/** How long and how often a part measures. */
export type Pace = {
  readonly turns: number
  /** Of each turn. */
  readonly seconds: number
  /** Uploads that `history`, `stats`, `audit` and `upkeep` fill in. */
  readonly uploads: number
}

/** One part of `npm run bench`: measures, and ends everything that it started. */
export type Part = (pace: Pace) => Promise<Row[]>
