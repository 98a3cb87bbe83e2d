import type { HistoryQuery } from '@likeness/contracts'
import { firstIdAt } from '@likeness/runtime/ids'
import { type RawBuilder, sql } from 'kysely'

/** The uploads that match all of these. */
export type HistoryFilter = {
  readonly [Name in Exclude<
    keyof HistoryQuery,
    'limit' | 'cursor' | 'sort' | 'username'
  >]?: HistoryQuery[Name]
}

export type Condition = RawBuilder<unknown>

/** What uploads are sorted by; ids are in the order of time. */
export type Column = 'id' | 'bytes' | 'confirmed_at'

export const all = (conditions: readonly (Condition | undefined | false)[]): Condition =>
  sql`${sql.join(
    [sql`true`, ...conditions].filter((one) => one !== undefined && one !== false),
    sql` and `,
  )}`

/**
 * Everything that is asked of one upload, of `listed`, which has columns of `uploads`. As one condition, whose parts are
 * evaluated in this order, it is nothing that the planner could turn into a join: which index drives is decided before.
 */
export function conditionOf({
  userId,
  status,
  failure,
  format,
  sha256,
  q,
  from,
  to,
  ...filter
}: HistoryFilter): Condition {
  return sql`coalesce(${all([
    userId !== undefined && sql`listed.user_id = ${userId}::uuid`,
    status !== undefined && sql`listed.status = ${status}`,
    failure !== undefined && sql`listed.failure_code = ${failure}`,
    format !== undefined && sql`listed.format = ${format}`,
    sha256 !== undefined && sql`listed.sha256 = ${sha256}`,
    from !== undefined && sql`listed.uploaded_at >= ${new Date(from)}`,
    to !== undefined && sql`listed.uploaded_at < ${new Date(to)}`,
    q !== undefined && isNamed(q),
    filter.ip !== undefined && isTouched(sql`ip = ${filter.ip}::inet`),
    filter.actorId !== undefined && isTouched(sql`actor_id = ${filter.actorId}::uuid`),
  ])}, false)`
}

/** Without the rules of a language, which cost twenty times as much a row and mean nothing to ASCII. */
const isNamed = (q: string) =>
  isAscii(q)
    ? sql`listed.original_filename collate "C" ilike ${patternOf(q)}`
    : sql`listed.original_filename ilike ${patternOf(q)}`
const isAscii = (text: string) => Buffer.byteLength(text) === text.length

/** Not of users who left: asked last, of `sorted`, which has the `user_id` of uploads that match otherwise. */
export const ofSomebody: Condition = sql`(
  select false from erased_users where erased_users.user_id = sorted.user_id) is null`

const isTouched = (how: Condition) => sql`(
  select true from upload_events
  where upload_events.user_id = listed.user_id and upload_id = listed.id and ${how} limit 1)`

/** The range of ids in which all uploads of a time are. */
export const idsWithin = (id: RawBuilder<unknown>, { from, to }: HistoryFilter): Condition[] => [
  ...(from === undefined ? [] : [sql`${id} >= ${idNear(from, -mostApartMs)}::uuid`]),
  ...(to === undefined ? [] : [sql`${id} < ${idNear(to, mostApartMs)}::uuid`]),
]

// An id is drawn when an upload begins, uploaded_at when its row is written. A direct upload may take a day in between,
// and clocks may differ.
const mostApartMs = 25 * 3_600_000
const idNear = (at: string, ms: number) => firstIdAt(new Date(Math.max(0, Date.parse(at) + ms)))

/** A pattern for the part of a file name, in which every character means itself. */
export const patternOf = (part: string): string => `%${part.replace(/[\\%_]/g, '\\$&')}%`

/**
 * Whether the filters contradict each other or the order: only a rejected or failed upload has a failure, and these were
 * never confirmed but for the failed.
 */
export function isImpossible({ status, failure }: HistoryFilter, column: Column): boolean {
  if (failure !== undefined && status !== undefined && !withFailure.includes(status)) return true
  return column === 'confirmed_at' && status !== undefined && neverConfirmed.includes(status)
}
const withFailure: readonly string[] = ['rejected', 'failed', 'erased']
const neverConfirmed: readonly string[] = ['pending', 'discarded', 'expired', 'rejected']
