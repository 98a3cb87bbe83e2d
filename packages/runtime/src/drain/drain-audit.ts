import { type ServiceName, version } from '@likeness/contracts'
import { sql } from 'kysely'
import { type AnyDatabase, type AuditEventRow, viewAuditEvent } from '../trail/audit-events.js'
import { ocsfOf, type TrailRecord } from './ocsf.js'
import { openSink } from './open-sink.js'

/** A table of the trail: how its events are read. */
export type DrainSource = {
  readonly name: string
  /** Events in order of `seq`, after one and up to another. */
  read(range: { after: number; to: number; limit: number }): Promise<TrailRecord[]>
}

const batch = 500

/**
 * Sends what is sealed and was not sent yet, in the order of each table, so the events of one subject in theirs. Sealed
 * is what no transaction can add to any more. How far it got is noted after each batch that was taken: one whose note
 * is lost is sent again, under the same name.
 * @returns how many events; none without AUDIT_DRAIN_URL
 * @throws SinkAwayError; what was not taken comes next time
 */
export async function drainAudit(
  deps: {
    readonly db: AnyDatabase
    readonly config: {
      readonly AUDIT_DRAIN_URL?: string | undefined
      readonly AUDIT_DRAIN_TOKEN?: string | undefined
    }
  },
  service: ServiceName,
  sources: readonly DrainSource[],
  { dryRun }: { dryRun: boolean },
): Promise<{ drained: number }> {
  const { db, config } = deps
  if (config.AUDIT_DRAIN_URL === undefined) return { drained: 0 }
  const sink = openSink(config.AUDIT_DRAIN_URL, config.AUDIT_DRAIN_TOKEN)
  let drained = 0
  for (const source of sources) {
    let { after, to } = await findRange(db, source.name)
    for (;;) {
      const records = await source.read({ after, to, limit: batch })
      const last = records.at(-1)
      if (!last) break
      if (!dryRun) {
        const lines = records.map((record) => `${JSON.stringify(ocsfOf(service, version, record))}\n`)
        await sink.write(lines.join(''), `${service}/${source.name}/${after + 1}-${last.seq}`)
        await noteDrained(db, source.name, last.seq)
      }
      after = last.seq
      drained += records.length
    }
  }
  return { drained }
}

/** `audit_events`, which both services have. */
export const auditEventsSource = (db: AnyDatabase): DrainSource => ({
  name: 'audit_events',
  async read({ after, to, limit }) {
    const { rows } = await sql<AuditEventRow>`
      select * from audit_events where seq > ${after} and seq <= ${to} order by seq limit ${limit}`.execute(
      db,
    )
    return rows.map((row) => {
      const { action: name, ...event } = viewAuditEvent(row)
      return { ...event, source: 'audit_events', at: row.at, name }
    })
  },
})

async function findRange(db: AnyDatabase, source: string): Promise<{ after: number; to: number }> {
  const { rows } = await sql<{ after: number; to: number }>`
    select coalesce((select last_seq from drained where source = ${source}), 0) as after,
      sealed_to(${source}) as to`.execute(db)
  return rows[0] as { after: number; to: number }
}

/** Only ever forward: a run that was slow notes no less than a later one did. */
async function noteDrained(db: AnyDatabase, source: string, seq: number): Promise<void> {
  await sql`
    insert into drained (source, last_seq) values (${source}, ${seq})
    on conflict (source) do update set last_seq = greatest(drained.last_seq, excluded.last_seq), at = now()`.execute(
    db,
  )
}
