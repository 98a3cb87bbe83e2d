import { LikenessError } from './error.js'

/** Longer than this nothing is waited for unseen, in milliseconds: the error says how long it would be. */
const LONGEST = 30_000

export type RetryOptions = {
  /** Stops the request, and the waits between tries; the call then throws the signal's reason. */
  signal?: AbortSignal | undefined
  /** How often it is tried again, at most; by default as the client says. */
  retries?: number | undefined
  /** Called before each wait for another try. @param wait milliseconds */
  onRetry?: ((error: LikenessError, wait: number) => void) | undefined
}

/**
 * Tries until it succeeds, fails for good, or has been tried often enough. `Retry-After` is obeyed; else the waits
 * double from half a second to eight, less a random part, so that many clients do not come back at once.
 * @param isRepeatable whether it may be sent again when nobody knows if it was carried out
 */
export async function withRetries<Result>(
  attempt: () => Promise<Result>,
  { signal, retries, onRetry, isRepeatable }: RetryOptions & { retries: number; isRepeatable: boolean },
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof LikenessError) || tries > retries || !canHelp(error, isRepeatable)) throw error
      const wait = waitBefore(tries, error.retryAfter)
      if (wait > LONGEST) throw error
      onRetry?.(error, wait)
      await delay(wait, signal)
    }
  }
}

/** Whether another try is safe, and may have another outcome. */
function canHelp({ code, status, retryAfter }: LikenessError, isRepeatable: boolean): boolean {
  // Refused before anything was done. Some limits, such as that of pending uploads, do not pass with time.
  if (status === 503 || code === 'request-in-progress') return true
  if (status === 429) return retryAfter !== undefined
  return isRepeatable && (code === 'unreachable' || (status >= 500 && status !== 507))
}

function waitBefore(tries: number, retryAfter: number | undefined): number {
  const backoff = Math.min(500 * 2 ** (tries - 1), 8_000)
  return retryAfter === undefined
    ? backoff * (0.5 + Math.random() / 2)
    : retryAfter * 1000 + Math.random() * Math.min(backoff, 1_000)
}

/** Waits so many milliseconds. @throws the signal's reason when it is aborted meanwhile */
export function delay(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const passed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds)
  })
  return unlessAborted(passed, signal).finally(() => clearTimeout(timer))
}

/** What is promised. @throws the signal's reason when it is aborted before */
export async function unlessAborted<Result>(
  promised: Result | Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  const settled = new AbortController()
  const aborted = new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { signal: settled.signal })
  })
  try {
    signal?.throwIfAborted()
    return await Promise.race([promised, aborted])
  } finally {
    settled.abort()
  }
}
