/**
 * Waits for all of them before one that failed is thrown: nothing still writes what is deleted then.
 */
export async function settled(work: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(work)
  await Promise.all(work)
}
