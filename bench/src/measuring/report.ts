import { medianOf, ratioOf, type Spread, type Turn } from './turns.js'

/** One line of the table. */
export type Row = {
  readonly part: string
  readonly what: string
  readonly unit: string
  readonly product: number
  readonly twin?: number | undefined
  readonly ratio?: Spread | undefined
  /** CPU time of one, ms: the product's processes + PostgreSQL. */
  readonly cpu?: string | undefined
  readonly twinCpu?: string | undefined
  readonly aim?: string | undefined
  /** What the figures alone do not say. */
  readonly note?: string | undefined
}

/** Two sides that took turns, as one row: medians, and the ratio with its spread. */
export function rowOf(
  name: Pick<Row, 'part' | 'what' | 'unit' | 'aim' | 'note'>,
  product: readonly Turn[],
  twin?: readonly Turn[],
): Row {
  return {
    ...name,
    product: medianOf(product, 'rate') ?? Number.NaN,
    cpu: cpuOf(product),
    ...(twin && { twin: medianOf(twin, 'rate'), ratio: ratioOf(product, twin), twinCpu: cpuOf(twin) }),
  }
}

function cpuOf(turns: readonly Turn[]): string | undefined {
  const [own, postgres] = [medianOf(turns, 'cpuMs'), medianOf(turns, 'postgresMs')]
  if (own === undefined) return undefined
  const digits = own < 1 ? 3 : 2
  return own.toFixed(digits) + (postgres === undefined ? '' : ` + ${postgres.toFixed(digits)}`)
}

/** A figure with as many digits as it deserves. */
export function figure(value: number | undefined | null): string {
  if (value === undefined || value === null || Number.isNaN(value)) return '–'
  if (Math.abs(value) >= 100 || Number.isInteger(value)) return value.toFixed(0)
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2)
}

export const spread = (ratio: Spread | undefined): string =>
  ratio ? `${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)}–${ratio.max.toFixed(2)})` : ''

const columns = [
  ['', 10],
  ['what', 46],
  ['product', 12],
  ['twin', 12],
  ['ratio (least–most)', 19],
  ['CPU ms', 14],
  ["twin's", 14],
  ['aim', 0],
] as const

const line = (cells: readonly string[]) =>
  cells
    .map((cell, column) => cell.padEnd(columns[column]?.[1] ?? 0))
    .join(' ')
    .trimEnd()

/** The first line of the table that `npm run bench` prints. */
export const tableHead = line(columns.map(([title]) => title))

/** The lines of one part. */
export const tableLines = (rows: readonly Row[]): string =>
  rows
    .map((row, index) =>
      // Steps of one confirmation, which compare with nothing.
      row.part === 'waterfall'
        ? `${row.product.toFixed(1).padStart(8)} ${row.unit}  ${row.what}`
        : line([
            index === 0 ? row.part : '',
            row.what,
            `${figure(row.product)} ${row.unit}`,
            row.twin === undefined ? '' : `${figure(row.twin)} ${row.unit}`,
            spread(row.ratio),
            row.cpu ?? '',
            row.twinCpu ?? '',
            row.aim ?? '',
          ]),
    )
    .join('\n')
