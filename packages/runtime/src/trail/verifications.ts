import type { TrailFault } from '@likeness/contracts'
import { sql } from 'kysely'
import { newId } from '../ids.js'
import type { AnyDatabase } from './audit-events.js'

/** What a verification of the trail found. */
type Verification = {
  readonly startedAt: Date
  readonly seals: number
  readonly events: number
  /** The number of the last seal; 0 before the first. */
  readonly lastSeal: number
  readonly fault: TrailFault | null
}

export type LastVerification = Omit<Verification, 'startedAt'> & {
  readonly endedAt: Date
  readonly ageSeconds: number
}

/** Keeps the result of a verification that ends now. */
export async function insertVerification(
  db: AnyDatabase,
  { startedAt, seals, events, lastSeal, fault }: Verification,
): Promise<void> {
  await sql`
    insert into trail_verifications (id, started_at, ended_at, seals, events, last_number, fault)
    values (${newId()}, ${startedAt}, ${new Date()}, ${seals}, ${events}, ${lastSeal},
      ${fault && JSON.stringify(fault)})`.execute(db)
}

/** The newest result, and how old it is; undefined before the first. */
export async function findLastVerification(db: AnyDatabase): Promise<LastVerification | undefined> {
  const { rows } = await sql<LastVerification>`
    select ended_at as "endedAt", seals, events, last_number as "lastSeal", fault,
      greatest(0, floor(extract(epoch from now() - ended_at)))::integer as "ageSeconds"
    from trail_verifications order by id desc limit 1`.execute(db)
  return rows[0]
}
