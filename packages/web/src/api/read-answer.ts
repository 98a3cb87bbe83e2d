import { ProblemBody } from '@likeness/contracts'
import type { z } from 'zod'
import { Fault, unreadable } from './fault.js'

/** What `fetch` and `XMLHttpRequest` answers have in common. */
export type Answer = { status: number; header: (name: string) => string | null; text: string }

/**
 * The body of an answer, checked against its schema.
 * @throws Fault when the answer is a problem, or not one of the contract
 */
export function readAnswer<Schema extends z.ZodType>(answer: Answer, schema: Schema): z.output<Schema> {
  const body = parseJson(answer.text)
  if (answer.status >= 400) throw problemOf(answer, body)
  const parsed = schema.safeParse(body)
  if (!parsed.success) throw unreadable(answer.status)
  return parsed.data
}

function problemOf(answer: Answer, body: unknown): Fault {
  const problem = ProblemBody.safeParse(body)
  if (!problem.success) return unreadable(answer.status)
  const { code, title, detail, errors, requestId } = problem.data
  // Delay in seconds; the services never send the date form (RFC 9110 §10.2.3).
  const retryAfter = Number(answer.header('retry-after') ?? Number.NaN)
  return new Fault(code, title, detail, {
    status: answer.status,
    requestId,
    ...(errors ? { errors } : {}),
    ...(Number.isFinite(retryAfter) ? { retryAfter } : {}),
  })
}

function parseJson(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
