import type { AuditEvent } from '@likeness/contracts'
import type { Connection } from '@likeness/contracts/call'
import type { DrainSource } from '@likeness/runtime/drain/drain-audit'
import type { TrailRecord } from '@likeness/runtime/drain/ocsf'
import type { Command } from 'commander'
import { action, type Given, UsageError } from '../finish.js'
import { openTrail } from '../open-trail.js'
import { read } from '../read-given.js'
import { ask, remoteOf } from '../remote.js'
import { type Service, servicesOf } from '../services.js'
import { writeAll } from '../write.js'

/** An event as it is exported: its service and table, then what it is. */
type Exported = { readonly service: Service } & Omit<TrailRecord, 'at'> & { readonly at: string }
type Range = { readonly from?: string | undefined; readonly to?: string | undefined }
type Format = 'ndjson' | 'csv'

const batch = 500
const columns = [
  ...['service', 'source', 'seq', 'at', 'name', 'actorKind', 'actorId', 'actorRole', 'userId'],
  ...['uploadId', 'ip', 'userAgent', 'problem', 'changes', 'details'],
] as readonly (keyof Exported)[]

/** Adds `audit export`. */
export function addAuditExport(audit: Command): void {
  audit
    .command('export')
    .description(
      'write the events of the trail, table by table, and at the end whether that is all; with --url only the audit of operators, newest first',
    )
    .option('--from <time>', 'what happened then or later, such as 2026-01-31T00:00:00Z')
    .option('--to <time>', 'what happened before then')
    .option('--as <format>', 'ndjson or csv', 'ndjson')
    .option('--out <file>', 'a file instead of stdout')
    .action(
      action(async (given) => {
        if (given.as !== 'ndjson' && given.as !== 'csv') throw new UsageError('--as must be ndjson or csv')
        const { AuditQuery } = await import('@likeness/contracts')
        const { from, to } = await read(AuditQuery.pick({ from: true, to: true }), {
          from: given.from,
          to: given.to,
        })
        const noted: { rows: number; fault?: Error } = { rows: 0 }
        const file = given.out as string | undefined
        const texts = await linesOf(eventsOf(given, { from, to }, noted), given.as, noted)
        await writeAll(texts, file)
        const attention = `The export broke off: ${noted.fault?.message ?? ''}`
        return {
          result: { rows: noted.rows, ...(noted.fault ? { attention } : {}) },
          ...(file === undefined ? { isWritten: true } : {}),
        }
      }),
    )
}

/**
 * The events of each service. A fault after the first ends it and is noted, so that what was written says so at its end.
 * @throws what fails before the first event
 */
async function* eventsOf(
  given: Given,
  range: Range,
  noted: { rows: number; fault?: Error },
): AsyncGenerator<Exported[]> {
  const remote = remoteOf(given)
  const services = remote && !given.service ? (['accounts', 'media'] as const) : servicesOf(given)
  try {
    for (const service of services) {
      const batches = remote ? fetchEvents(remote, service, range) : readEvents(service, range)
      for await (const events of batches) {
        noted.rows += events.length
        yield events
      }
    }
  } catch (error) {
    if (noted.rows === 0 || !(error instanceof Error)) throw error
    noted.fault = error
  }
}

/** Every table of the trail, each in its order. */
async function* readEvents(service: Service, range: Range): AsyncGenerator<Exported[]> {
  const [{ seqsWithin }, { filtersOf, noteCommand }] = await Promise.all([
    import('@likeness/runtime/trail/seqs-within'),
    import('@likeness/runtime/trail/audit-events'),
  ])
  const trail = await openTrail(service)
  const { db, sources } = trail
  try {
    await noteCommand(db, { action: 'audit-read', details: filtersOf(range) })
    for (const source of sources) {
      const seqs = await seqsWithin(db, source.name, range)
      if (seqs) yield* batchesOf(source, { service, ...seqs, ...range })
    }
  } finally {
    await trail.close()
  }
}

async function* batchesOf(
  source: DrainSource,
  { service, first, last, from, to }: Range & { service: Service; first: number; last: number },
): AsyncGenerator<Exported[]> {
  const isWithin = ({ at }: TrailRecord) =>
    (from === undefined || at >= new Date(from)) && (to === undefined || at < new Date(to))
  for (let after = first - 1; ; ) {
    const records = await source.read({ after, to: last, limit: batch })
    yield records.filter(isWithin).map((record) => ({ service, ...record, at: record.at.toISOString() }))
    const end = records.at(-1)
    if (!end || records.length < batch) return
    after = end.seq
  }
}

/** The audit of operators, which has an endpoint; newest first. */
async function* fetchEvents(remote: Connection, service: Service, range: Range): AsyncGenerator<Exported[]> {
  const { administration, history } = await import('@likeness/contracts/endpoints')
  const endpoint = service === 'media' ? history.listAudit : administration.listAudit
  const query = Object.fromEntries(Object.entries(range).filter(([, value]) => value !== undefined))
  for (let cursor: string | undefined; ; ) {
    const page = await ask(remote, endpoint, { query: { ...query, limit: 100, ...(cursor && { cursor }) } })
    const { items, nextCursor } = page.body
    yield items.map((event) => exported(service, event))
    if (nextCursor === null) return
    cursor = nextCursor
  }
}

const exported = (service: Service, { action: name, ...event }: AuditEvent): Exported => {
  const { outcome: _, ...rest } = event
  return { service, source: 'audit_events', ...rest, name }
}

/** As text; the last line says whether that is all. */
async function linesOf(
  batches: AsyncGenerator<Exported[]>,
  format: Format,
  noted: { readonly rows: number; readonly fault?: Error },
): Promise<AsyncIterable<string>> {
  const { csvRecord } = await import('@likeness/media/operations')
  const cellsOf = (event: Exported) =>
    columns.map((column) => {
      const value = event[column]
      return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
    })
  const ordered = (event: Exported) => Object.fromEntries(columns.map((column) => [column, event[column]]))
  return (async function* () {
    if (format === 'csv') yield csvRecord(['record', 'number', ...columns])
    let number = 0
    for await (const events of batches) {
      yield events
        .map((event) => {
          number += 1
          return format === 'csv'
            ? csvRecord(['event', number, ...cellsOf(event)])
            : `${JSON.stringify(ordered(event))}\n`
        })
        .join('')
    }
    const complete = noted.fault === undefined
    if (format === 'ndjson') yield `${JSON.stringify({ complete, rows: noted.rows })}\n`
    else yield csvRecord([complete ? 'complete' : 'broken-off', noted.rows, ...columns.map(() => null)])
  })()
}
