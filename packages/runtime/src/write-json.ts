import { z } from 'zod'

/** Takes from a value what its schema has; undefined where the value may be written as it is. */
type Picker = ((value: unknown) => unknown) | undefined

/**
 * Writes bodies by their schema: fields that the schema does not have are left out, and what is written differently
 * from how it is held, such as a date of a codec, is encoded. The schema is read once. It does not check values; the
 * types of the handlers do.
 */
export function jsonWriter(schema: z.ZodType): (body: unknown) => string {
  const pick = pickOf(schema)
  return pick ? (body) => JSON.stringify(pick(body)) : (body) => JSON.stringify(body)
}

function pickOf(schema: z.ZodType): Picker {
  if (schema instanceof z.ZodObject && isClosed(schema)) return pickFields(schema)
  if (schema instanceof z.ZodArray) return pickItems(schema)
  if (schema instanceof z.ZodRecord) return pickValues(schema)
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) return pickIfThere(schema)
  if (schema instanceof z.ZodReadonly) return pickOf(schema.unwrap() as z.ZodType)
  if (schema instanceof z.ZodUnion) {
    const isPlain = schema.options.every((one) => pickOf(one as z.ZodType) === undefined)
    return isPlain ? undefined : encode(schema)
  }
  return plain.some((kind) => schema instanceof kind) ? undefined : encode(schema)
}

/** Whether an object has the fields of its schema alone. */
const isClosed = ({ def: { catchall } }: z.ZodObject) =>
  catchall === undefined || catchall instanceof z.ZodNever

/** Kinds of values that JSON writes as they are. */
const plain = [
  z.ZodString,
  z.ZodStringFormat,
  z.ZodNumber,
  z.ZodBoolean,
  z.ZodEnum,
  z.ZodLiteral,
  z.ZodNull,
  z.ZodUnknown,
  z.ZodAny,
] as const

/** Every other kind, such as a codec, and a union whose options differ in their fields. */
const encode =
  (schema: z.ZodType): Picker =>
  (value) =>
    z.encode(schema, value)

function pickFields(schema: z.ZodObject): Picker {
  const fields = Object.entries(schema.shape).map(
    ([name, field]) => [name, pickOf(field as z.ZodType)] as const,
  )
  return (value) => {
    const given = value as Record<string, unknown>
    const picked: Record<string, unknown> = {}
    for (const [name, pick] of fields) picked[name] = pick ? pick(given[name]) : given[name]
    return picked
  }
}

function pickItems(schema: z.ZodArray): Picker {
  const pick = pickOf(schema.element as z.ZodType)
  return pick && ((value) => (value as unknown[]).map(pick))
}

function pickValues(schema: z.ZodRecord): Picker {
  const pick = pickOf(schema.valueType as z.ZodType)
  return (
    pick &&
    ((value) =>
      Object.fromEntries(
        Object.entries(value as Record<string, unknown>).map(([name, one]) => [name, pick(one)]),
      ))
  )
}

function pickIfThere(schema: z.ZodNullable | z.ZodOptional): Picker {
  const pick = pickOf(schema.unwrap() as z.ZodType)
  return pick && ((value) => (value === null || value === undefined ? value : pick(value)))
}
