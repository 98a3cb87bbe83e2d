/** Seconds between two tries, as the example of Standard Webhooks 1.0 has them: ten tries in 75 hours. */
const waits = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400] as const
/** No endpoint asks to be left alone for longer. */
const longest = 86_400

/**
 * How long to wait after a failed try, with a jitter of a tenth, so that what failed together does not come back together.
 * @param attempts so far
 * @param retryAfter the header of a 429 or 503 (RFC 9110 §10.2.3), which is obeyed up to a day
 * @returns seconds; undefined after the last try
 */
export function waitBefore(attempts: number, status?: number, retryAfter?: string): number | undefined {
  const usual = waits[attempts - 1]
  if (usual === undefined) return undefined
  const asked = status === 429 || status === 503 ? secondsOf(retryAfter) : 0
  return Math.max(usual * (0.9 + Math.random() / 5), Math.min(asked, longest))
}

function secondsOf(retryAfter = ''): number {
  if (/^\s*\d+\s*$/.test(retryAfter)) return Number(retryAfter)
  const at = Date.parse(retryAfter)
  return Number.isNaN(at) ? 0 : Math.max(0, (at - Date.now()) / 1_000)
}
