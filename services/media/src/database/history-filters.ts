import type { HistoryQuery } from '@likeness/contracts'
import { firstIdAt } from '@likeness/runtime/ids'
import { type RawBuilder, sql } from 'kysely'
import type { UploadRow } from './uploads.table.js'

/** An upload, who sent it from where, and its place in the list: what the cursor of a page that ends with it carries. */
export type HistoryRow = UploadRow & {
  readonly uploaded_by: string | null
  readonly ip: string | null
  readonly place: string
}

/** The uploads that match all of these. */
export type HistoryFilter = {
  readonly [Name in Exclude<
    keyof HistoryQuery,
    'limit' | 'cursor' | 'sort' | 'username'
  >]?: HistoryQuery[Name]
}

// Conditions of the history. Their columns are those of `listed`: a table that has the id, the owner and the time of
// uploads, which are `uploads` itself and `upload_facts`.

type Condition = RawBuilder<unknown>

/** Those that every way of finding has, and `more` with values. */
export const all = (conditions: readonly (Condition | undefined | false)[]): Condition =>
  sql`${sql.join(
    conditions.filter((one) => one !== undefined && one !== false),
    sql` and `,
  )}`

/** Not of users who left. */
export const ofSomebody = sql`not exists (select from erased_users where erased_users.user_id = listed.user_id)`

export function ofUserAndTime({ userId, from, to }: HistoryFilter): Condition[] {
  const conditions: Condition[] = []
  if (userId !== undefined) conditions.push(sql`listed.user_id = ${userId}::uuid`)
  // An index finds the range of ids; the time itself decides.
  if (from !== undefined) {
    const at = new Date(from)
    conditions.push(
      sql`listed.id >= ${idNear(at, -mostApartMs)}::uuid`,
      asIs(sql`listed.uploaded_at >= ${at}`),
    )
  }
  if (to !== undefined) {
    const at = new Date(to)
    conditions.push(sql`listed.id < ${idNear(at, mostApartMs)}::uuid`, asIs(sql`listed.uploaded_at < ${at}`))
  }
  return conditions
}

/** The planner would multiply the chance of a time by that of its id, which are the same. */
const asIs = (condition: Condition) => sql`coalesce(${condition}, false)`

// An id is drawn when an upload begins, uploaded_at when its row is written. A direct upload may take a day in between,
// and clocks may differ.
const mostApartMs = 25 * 3_600_000
const idNear = (at: Date, ms: number) => firstIdAt(new Date(Math.max(0, at.getTime() + ms)))

/** The uploads to which something was done by this person, from this address. */
export function ofEvents({ actorId, ip }: HistoryFilter): Condition[] {
  const conditions: Condition[] = []
  if (actorId !== undefined) conditions.push(sql`listed.id in (${touchedBy(actorId)})`)
  if (ip !== undefined) conditions.push(sql`listed.id in (${touchedFrom(ip)})`)
  return conditions
}

/** Those of others are found by an index, and their own among theirs. */
export const touchedBy = (actorId: string): Condition => sql`
  select upload_id from upload_events where actor_id = ${actorId}::uuid and actor_id <> user_id
  union all
  select upload_id from upload_events where user_id = ${actorId}::uuid and actor_id = ${actorId}::uuid`

export const touchedFrom = (ip: string): Condition =>
  sql`select upload_id from upload_events where ip = ${ip}::inet`

/** A pattern for the part of a file name, in which every character means itself. */
export const patternOf = (part: string): string => `%${part.replace(/[\\%_]/g, '\\$&')}%`
