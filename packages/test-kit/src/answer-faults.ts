import { isDeepStrictEqual } from 'node:util'
import {
  type Answer,
  type Answered,
  type AnswerHeader,
  answerHeaders,
  ProblemBody,
  problemCodesOf,
} from '@likeness/contracts'
import { z } from 'zod'

/** Headers that answers may have without saying so: every server sets them. */
const common: readonly AnswerHeader[] = ['cache-control', 'vary']

/** The faults of an answer by its endpoint, one line each. */
export function answerFaults(answered: Answered): string[] {
  const { endpoint, status } = answered
  const declared = endpoint.answers[status]
  if (declared) return faultsOf(answered, declared)
  if (status < 400) return ['is not declared']
  if (typeOf(answered) !== 'application/problem+json') return [`is ${typeOf(answered)}, not a problem`]
  if (answered.method === 'HEAD') return []
  const problem = jsonOf(answered)
  const faults = schemaFaults(ProblemBody, problem)
  if (faults.length > 0) return faults
  const { code, status: told } = problem as ProblemBody
  return [
    ...(told === status ? [] : [`tells ${told} in its body`]),
    ...((problemCodesOf(endpoint) as readonly string[]).includes(code) ? [] : [`${code} is not declared`]),
  ]
}

function faultsOf(answered: Answered, { body, types, headers = [] }: Answer): string[] {
  const { method, payload } = answered
  const names = Object.keys(answerHeaders) as AnswerHeader[]
  const has = (name: string) => answered.headers[name] !== undefined
  const undeclared = names.filter((name) => has(name) && !headers.includes(name) && !common.includes(name))
  const faults = undeclared.map((name) => `has ${name}, which is not declared`)
  if (headers.includes('location') && !has('location')) faults.push('has no location')
  const accepted = [...(body ? ['application/json'] : []), ...(types ?? [])]
  if (accepted.length === 0) return payload === '' || !payload ? faults : [...faults, 'has a body']
  if (!accepted.includes(typeOf(answered))) faults.push(`is ${typeOf(answered)}, not ${accepted.join(', ')}`)
  else if (body && typeOf(answered) === 'application/json' && method !== 'HEAD')
    faults.push(...schemaFaults(body, jsonOf(answered)))
  return faults
}

const typeOf = ({ headers }: Answered): string => String(headers['content-type']).split(';', 1)[0] ?? ''

function jsonOf({ payload }: Answered): unknown {
  if (payload === undefined) return undefined
  return JSON.parse(typeof payload === 'string' ? payload : new TextDecoder().decode(payload ?? undefined))
}

/** Faults of JSON by its schema, fields that the schema does not have included. */
function schemaFaults(schema: z.ZodType, json: unknown): string[] {
  const read = z.safeDecode(schema, json as never)
  if (!read.success) {
    return read.error.issues.map(({ path, message }) => `differs at ${path.join('.')}: ${message}`)
  }
  const written: unknown = JSON.parse(JSON.stringify(z.encode(schema, read.data)))
  return differences(written, json).map((path) => `has ${path}, which its schema writes otherwise or not`)
}

function differences(written: unknown, sent: unknown, at: readonly string[] = []): string[] {
  if (isDeepStrictEqual(written, sent)) return []
  if (!isObject(written) || !isObject(sent)) return [at.join('.')]
  const names = new Set([...Object.keys(written), ...Object.keys(sent)])
  return [...names].flatMap((name) => differences(written[name], sent[name], [...at, name]))
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
