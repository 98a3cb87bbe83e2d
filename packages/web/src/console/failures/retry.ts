import { call, isProblem, operators } from '@likeness/client'
import { client } from '../../api/likeness.js'
import type { About } from './list-failures.js'

/** How many would be tried again: nothing is done. @returns 0 when nothing waits any more */
export async function countRetries({ step, cause }: About): Promise<number> {
  try {
    const query = { dryRun: 'true' } as const
    return (await call(client, 'POST /v1/failures/retry', { query, body: { step, cause } })).body.retried
  } catch (error) {
    if (isProblem(error, 'nothing-waits')) return 0
    throw error
  }
}

/** Tries all of one cause again. @throws LikenessError `nothing-waits` */
export const retryAll = ({ step, cause }: About) => operators.retryFailures(client, { step, cause })

/**
 * Tries these uploads again, one after another, until it is aborted.
 * @param onTried called with how many were tried
 * @returns how many wait no more, and so were not tried, and how many were not reached
 */
export async function retrySome(
  ids: readonly string[],
  { signal, onTried }: { signal: AbortSignal; onTried: (count: number) => void },
): Promise<{ retried: number; gone: number; stopped: number }> {
  const result = { retried: 0, gone: 0, stopped: 0 }
  for (const [index, uploadId] of ids.entries()) {
    if (signal.aborted) return { ...result, stopped: ids.length - index }
    try {
      result.retried += (await operators.retryFailures(client, { uploadId })).retried
    } catch (error) {
      if (!isProblem(error, 'nothing-waits', 'upload-not-found')) throw error
      result.gone += 1
    }
    onTried(index + 1)
  }
  return result
}
