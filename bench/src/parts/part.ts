import type { Row } from '../measuring/report.js'

/** How long and how often a part measures. */
type Pace = { readonly turns: number; readonly seconds: number }

/** One part of `npm run bench`: measures, and ends everything that it started. */
export type Part = (pace: Pace) => Promise<Row[]>
