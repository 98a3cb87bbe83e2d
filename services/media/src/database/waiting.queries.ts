import { Step } from '@likeness/contracts'
import type { Database } from '@likeness/runtime/database'
import { type RawBuilder, sql } from 'kysely'
import type { Tables } from './database.js'
import type { UploadRow } from './uploads.table.js'

/** A row that waits for its job. */
export type WaitingRow = Pick<UploadRow, 'user_id' | 'format' | 'version'> & {
  readonly step: Step
  /** The upload it is about, if it is about one. */
  readonly upload_id: string | null
  /** That of its job. */
  readonly key: string
  readonly since: Date
}

/** Every step, in the order in which an upload takes them. */
export const steps = Step.options

/** What waits for each step. Each reads an index of upkeep that holds no more than that. */
const waitingFor: Readonly<Record<Step, RawBuilder<unknown>>> = {
  prepare: sql`
    select 'prepare' as step, user_id, id as upload_id, id::text as key, uploaded_at as since, format, version
    from uploads where status = 'pending' and prepared_at is null and expires_at > now()`,
  publish: sql`
    select 'publish' as step, user_id, id as upload_id, id || '-' || version as key, confirmed_at as since, format, version
    from uploads where status = 'confirmed'`,
  withdraw: sql`
    select 'withdraw' as step, user_id, upload_id, user_id || '-' || version as key, at as since, null as format, version
    from withdrawals where told_at is null`,
  // Publishing tells the text that there is then, and adds the job for a later one.
  describe: sql`
    select 'describe' as step, avatars.user_id, upload_id, upload_id::text as key, text_untold_since as since,
      null as format, avatars.version
    from avatars join uploads on uploads.user_id = avatars.user_id and uploads.id = upload_id
    where text_untold_since is not null and uploads.status <> 'confirmed'`,
  tell: sql`
    select 'tell' as step, user_id, upload_ids[1] as upload_id, id::text as key, at as since, null as format,
      null::bigint as version
    from owner_notices`,
  erase: sql`
    select 'erase' as step, user_id, null::uuid as upload_id, user_id::text as key, asked_at as since, null as format,
      null::bigint as version
    from erased_users where erased_at is null`,
  // Between two tries it waits for its time.
  import: sql`
    select 'import' as step, user_id, null::uuid as upload_id, user_id::text as key, next_at as since, null as format,
      null::bigint as version
    from picture_imports where ended_at is null`,
}

/** Everything that waits, as rows of a query. */
export const waiting = sql`(${sql.join(Object.values(waitingFor), sql` union all `)})`

/** Those that wait for a step for longer than they should, oldest first. Confirmed ones are read by id, as their index has them. */
export async function listWaiting(
  db: Database<Tables>,
  step: Step,
  { olderThanSeconds, limit }: { olderThanSeconds: number; limit: number },
): Promise<WaitingRow[]> {
  const { rows } = await sql<WaitingRow>`
    select * from (${waitingFor[step]}) as waiting
    where since < now() - make_interval(secs => ${olderThanSeconds})
    order by ${step === 'publish' ? sql`upload_id` : sql`since`} limit ${limit}`.execute(db)
  return rows
}

/** What waits at this moment. */
export async function countWaiting(db: Database<Tables>) {
  const countOf = (step: Step) =>
    sql`(select count(*), min(since) as oldest from (${waitingFor[step]}) as waiting)`
  const { rows } = await sql<{
    pending: number
    to_prepare: number
    oldest_to_prepare: Date | null
    to_publish: number
    oldest_to_publish: Date | null
  }>`
    select
      (select count(*) from uploads where status = 'pending' and expires_at > now()) as pending,
      prepare.count as to_prepare, prepare.oldest as oldest_to_prepare,
      publish.count as to_publish, publish.oldest as oldest_to_publish
    from ${countOf('prepare')} as prepare, ${countOf('publish')} as publish`.execute(db)
  return rows[0] as (typeof rows)[number]
}
