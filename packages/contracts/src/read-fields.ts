import type { z } from 'zod'
import { type FieldFault, type FieldFaultCode, type TextParameters, viewFault } from './field-faults.js'

type RawIssue = z.core.$ZodRawIssue
type Found = Omit<FieldFault, 'path'>

/**
 * Names a fault where a schema finds it: `z.string().regex(form, fault('not-a-username'))`. Zod carries it as the
 * message of the issue.
 */
export const fault = (code: FieldFaultCode, parameters?: TextParameters): string =>
  JSON.stringify(parameters ? [code, parameters] : [code])

/** The value as a schema reads it, or every fault of it. */
export type Reading<Value> =
  | { readonly value: Value; readonly faults?: never }
  | { readonly faults: readonly FieldFault[] }

/** @param place in an address or a header a value is given twice where a list comes */
export function readFields<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  place: 'body' | 'address' = 'body',
): Reading<z.output<Schema>> {
  const parsed = schema.safeParse(value, { error: (issue) => messageOf(faultOf(issue, place)) })
  return parsed.success ? { value: parsed.data } : { faults: once(parsed.error.issues.flatMap(readIssue)) }
}

/**
 * The same in English, for commands and settings; a schema of those may say in plain words what is wrong.
 * @returns a line for each fault, its path first
 */
export function readInEnglish<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
):
  | { readonly value: z.output<Schema>; readonly faults?: never }
  | { readonly faults: readonly { path: string; message: string }[] } {
  const parsed = schema.safeParse(value, { error: (issue) => messageOf(faultOf(issue, 'body')) })
  if (parsed.success) return { value: parsed.data }
  const faults = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' || isOurs(issue.message)
      ? readIssue(issue).map((one) => viewFault(one, 'en'))
      : [{ path: issue.path.join('.'), message: issue.message }],
  )
  return { faults }
}

const messageOf = ({ code, parameters }: Found) => fault(code, parameters)
const isOurs = (message: string) => message.startsWith('["')

function readIssue(issue: z.core.$ZodIssue): FieldFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), code: 'unknown-field' }))
  }
  return [{ path: issue.path.join('.'), ...readMessage(issue.message) }]
}

function readMessage(message: string): Found {
  if (!isOurs(message)) return { code: 'not-valid' }
  const [code, parameters] = JSON.parse(message) as [FieldFaultCode, TextParameters?]
  return { code, ...(parameters ? { parameters } : {}) }
}

/** Two rules of one field may say the same. */
const once = (faults: readonly FieldFault[]): FieldFault[] =>
  faults.filter(
    ({ path, code }, index) => faults.findIndex((one) => one.path === path && one.code === code) === index,
  )

/** The fault of a value that is not of a type, by the names that Zod and JSON Schema give them. */
export const typeFaults: Readonly<Record<string, FieldFaultCode>> = {
  string: 'not-text',
  number: 'not-a-number',
  int: 'not-a-whole-number',
  integer: 'not-a-whole-number',
  boolean: 'not-true-or-false',
  object: 'not-an-object',
  record: 'not-an-object',
  array: 'not-a-list',
}

/** The same for the form of a text. */
export const formatFaults: Readonly<Record<string, FieldFaultCode>> = {
  email: 'not-an-email',
  uuid: 'not-an-id',
  date: 'not-a-date',
  datetime: 'not-a-time',
  'date-time': 'not-a-time',
  url: 'not-a-url',
  uri: 'not-a-url',
  ipv4: 'not-an-ip-address',
  ipv6: 'not-an-ip-address',
}

/** Names the fault of an issue for which its schema names none. */
function faultOf(issue: RawIssue, place: 'body' | 'address'): Found {
  if (issue.input === undefined) return { code: 'required' }
  if (place === 'address' && Array.isArray(issue.input)) return { code: 'given-twice' }
  switch (issue.code) {
    case 'invalid_type':
      return { code: typeFaults[issue.expected] ?? 'not-valid' }
    case 'invalid_value': {
      const [value, ...more] = issue.values
      if (more.length === 0) return { code: 'not-the-value', parameters: { value: String(value) } }
      return { code: 'not-a-choice', parameters: { choices: issue.values.join(', ') } }
    }
    case 'invalid_format':
      return { code: formatFaults[issue.format] ?? 'wrong-form' }
    case 'too_small':
      return least(issue.origin, Number(issue.minimum))
    case 'too_big':
      return most(issue.origin, Number(issue.maximum))
    default:
      return { code: 'not-valid' }
  }
}

function least(origin: string, limit: number): Found {
  if (origin === 'string')
    return limit === 1 ? { code: 'empty' } : { code: 'too-short', parameters: { limit } }
  return { code: origin === 'array' ? 'too-few' : 'too-small', parameters: { limit } }
}

function most(origin: string, limit: number): Found {
  if (origin === 'string') return { code: 'too-long', parameters: { limit } }
  return { code: origin === 'array' ? 'too-many' : 'too-large', parameters: { limit } }
}

/** Those fields of an object that are valid by themselves. */
export function readValid<Schema extends z.ZodObject>(
  schema: Schema,
  value: unknown,
): Partial<z.output<Schema>> {
  if (typeof value !== 'object' || value === null) return {}
  const shape = schema.shape as Readonly<Record<string, z.ZodType>>
  const fields = Object.entries(shape).flatMap(([name, field]) => {
    const { success, data } = field.safeParse(
      Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined,
    )
    return success && data !== undefined ? [[name, data]] : []
  })
  return Object.fromEntries(fields) as Partial<z.output<Schema>>
}
