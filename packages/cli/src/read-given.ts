import type { z } from 'zod'
import { UsageError } from './finish.js'

/**
 * Reads what was typed by a schema; options that were not given are left out.
 * @throws UsageError with every fault of it
 */
export async function read<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
): Promise<z.output<Schema>> {
  const { readInEnglish } = await import('@likeness/contracts')
  const reading = readInEnglish(schema, isObject(given) ? defined(given) : given)
  if (!reading.faults) return reading.value
  throw new UsageError(reading.faults.map(({ path, message }) => `${path} ${message}`.trim()).join('; '))
}

const isObject = (given: unknown): given is object => typeof given === 'object' && given !== null

const defined = (fields: object) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

/**
 * Reads a whole number that was typed.
 * @throws UsageError when it is none, or less than `least`
 */
export function integerOf(option: string, typed: unknown, least: number): number {
  const number = Number(typed)
  if (!Number.isInteger(number) || number < least)
    throw new UsageError(`${option} must be a whole number of at least ${least}`)
  return number
}
