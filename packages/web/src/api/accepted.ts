import { type Refusal, UnreadableAnswerError } from '@likeness/contracts/call'
import { Fault, unreachable, unreadable } from './fault.js'

/** The page sends no conditional requests, so 304 is never an answer to it. */
export type Wanted<Answer> = Exclude<Answer, Refusal | { readonly status: 304 }>

/**
 * The answer to a call, unless it is a refusal.
 * @throws Fault, or the signal's reason when it was aborted
 */
export async function accepted<Answer extends { readonly ok: true; readonly status: number }>(
  called: Promise<Answer | Refusal>,
  signal: AbortSignal | undefined,
): Promise<Wanted<Answer>> {
  const answer = await called.catch((error: unknown) => {
    if (error instanceof UnreadableAnswerError) throw unreadable(error.status)
    // `fetch` rejects with a bare TypeError when the connection fails, before or during the answer.
    throw signal?.aborted ? error : unreachable()
  })
  if (!answer.ok) throw faultOf(answer)
  if (answer.status === 304) throw unreadable(304)
  return answer as Wanted<Answer>
}

function faultOf({ status, headers, problem }: Refusal): Fault {
  if (!problem) return unreadable(status)
  const { code, title, detail, errors, requestId } = problem
  // Delay in seconds; the services never send the date form (RFC 9110 §10.2.3).
  const retryAfter = Number(headers.get('retry-after') ?? Number.NaN)
  return new Fault(code, title, detail, {
    status,
    requestId,
    ...(errors ? { errors } : {}),
    ...(Number.isFinite(retryAfter) ? { retryAfter } : {}),
  })
}
