/** The work's outcome. @throws Error with this complaint when it takes longer than `ms` */
export async function within<Result>(ms: number, work: Promise<Result>, complaint: string): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(complaint)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Waits until the work has ended, well or not, but no longer than `ms`. */
export const atMost = (ms: number, work: Promise<unknown>): Promise<void> =>
  within(ms, work, 'late').then(
    () => undefined,
    () => undefined,
  )
