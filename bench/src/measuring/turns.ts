/** What one side did in one turn. */
export type Turn = {
  /** Of the unit that is compared, a second. */
  readonly rate: number
  /** CPU time per unit, ms: of the side's own processes, and of PostgreSQL for it. */
  readonly cpuMs?: number
  readonly postgresMs?: number
  readonly p50?: number
  readonly p95?: number
  readonly memoryMiB?: number
}

export type Spread = { readonly min: number; readonly median: number; readonly max: number }

/** Lets each side have its turn, again and again, after one turn that warms all up. */
export async function inTurns<Side extends string>(
  turns: number,
  sides: Readonly<Record<Side, () => Promise<Turn>>>,
): Promise<Record<Side, Turn[]>> {
  const names = Object.keys(sides) as Side[]
  const taken = Object.fromEntries(names.map((name) => [name, [] as Turn[]])) as Record<Side, Turn[]>
  for (let turn = -1; turn < turns; turn += 1) {
    for (const name of names) {
      const done = await sides[name]()
      if (turn >= 0) taken[name].push(done)
    }
  }
  return taken
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  return { min: sorted[0] ?? Number.NaN, median: at(sorted, 0.5), max: sorted.at(-1) ?? Number.NaN }
}

/** The value that a share of all values stays under. @param share 0.5 is the median */
export function quantile(values: readonly number[], share: number): number {
  return at(
    values.toSorted((a, b) => a - b),
    share,
  )
}

const at = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

/** The rates of one side by those of another, turn by turn. */
export const ratioOf = (side: readonly Turn[], beside: readonly Turn[]): Spread =>
  spreadOf(side.map(({ rate }, turn) => rate / (beside[turn]?.rate ?? Number.NaN)))

/** The median of a figure over the turns; undefined where it was not measured. */
export function medianOf(turns: readonly Turn[], figure: keyof Turn): number | undefined {
  const values = turns
    .map((turn) => turn[figure])
    .filter((value) => value !== undefined && !Number.isNaN(value))
  return values.length === 0 ? undefined : spreadOf(values as number[]).median
}

/** @returns what the work came to, and how long it took */
export async function timed<Result>(work: () => Promise<Result>): Promise<{ ms: number; result: Result }> {
  const began = performance.now()
  const result = await work()
  return { ms: performance.now() - began, result }
}
