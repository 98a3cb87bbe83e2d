import { z } from 'zod'
import { fault } from './read-fields.js'

/** UUID v7, read in any case and kept in its canonical lower-case form. RFC 9562 §4 and §5.7. */
export const Id = z.uuid().toLowerCase().describe('UUID v7')

/** `*`, or entity tags of what was seen (RFC 9110 §13.1.1). */
export const IfMatch = z
  .string()
  .max(2_000)
  .regex(/^\s*(?:\*|(?:W\/)?"[^"]*"(?:\s*,\s*(?:W\/)?"[^"]*")*)\s*$/, fault('not-an-entity-tag'))

/** RFC 3339 time in UTC, milliseconds. */
export const Time = z.iso.datetime().describe('RFC 3339, UTC')

/** Text a person typed: NFC, without control, bidi-override or lone surrogate characters. */
export const text = (min: number, max: number) =>
  z
    .string()
    .refine(isCleanText, fault('unclean-text'))
    .transform((value) => value.normalize('NFC').trim())
    .pipe(z.string().min(min).max(max))

// Cc except tab and line breaks, the bidi controls of UAX #9, and Cs (unpaired surrogates).
const unclean = /[\p{Cs}\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]|(?![\t\n\r])\p{Cc}/u

function isCleanText(value: string): boolean {
  return !unclean.test(value)
}

const deepest = 10

/** JSON a database can hold: text and keys as `text` wants them, nested at most 10 deep. */
export const storableJson = z
  .record(z.string(), z.unknown())
  .refine((value) => isStorable(value, 0), fault('not-storable', { levels: deepest }))

function isStorable(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return isCleanText(value)
  if (typeof value !== 'object' || value === null) return true
  if (depth === deepest) return false
  return Object.entries(value).every(([key, inner]) => isCleanText(key) && isStorable(inner, depth + 1))
}

/** `?limit=&cursor=` of every list: keyset pages, newest first. */
export const PageQuery = z.object({
  limit: z.coerce.number<number>().int().min(1).max(100).default(20),
  cursor: z.string().max(500).optional().describe('nextCursor of the previous page of this list'),
})
export type PageQuery = z.output<typeof PageQuery>

/** The answer of every list. `nextCursor` is null on the last page. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() })

/**
 * Headers of a POST that may be repeated: its first answer is kept for 24 hours (draft-ietf-httpapi-idempotency-key-header).
 */
export const IdempotencyHeaders = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[ -~]{1,255}$/, fault('not-an-idempotency-key'))
    .optional()
    .describe(
      'a name of your own for this action: sent again with the same request it is done once, and the first answer comes with `Idempotency-Replayed: true`',
    ),
})

/** `?dryRun=true` of a request that may only say what it would do. */
export const DryRunQuery = z.object({
  dryRun: z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true')
    .describe('true: change nothing, only say what would be done'),
})

export const IdParams = z.object({ id: Id })

export const Role = z.enum(['user', 'manager', 'admin']).meta({ id: 'Role' })
export type Role = z.output<typeof Role>
