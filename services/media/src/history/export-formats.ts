import type { HistoryEntry } from '@likeness/contracts'
import { type Cell, csvRecord } from './csv.js'

/** How a whole history is written. */
export type ExportFormat = {
  /** The value of `Content-Type`. */
  readonly type: string
  readonly extension: string
  readonly head: string
  /** @param number of the entry, from 1 */
  line(entry: HistoryEntry, number: number): string
  /** The last line, which says that the export is whole. */
  end(rows: number): string
}

const columns = {
  id: (one) => one.id,
  userId: (one) => one.userId,
  status: (one) => one.status,
  originalFilename: (one) => one.originalFilename,
  format: (one) => one.format,
  bytes: (one) => one.bytes,
  width: (one) => one.width,
  height: (one) => one.height,
  pages: (one) => one.pages,
  sha256: (one) => one.sha256,
  altText: (one) => one.altText,
  uploadedAt: (one) => one.uploadedAt,
  confirmedAt: (one) => one.confirmedAt,
  publishedAt: (one) => one.publishedAt,
  expiresAt: (one) => one.expiresAt,
  closedAt: (one) => one.closedAt,
  failureCode: (one) => one.failure?.code ?? null,
  heldByOperator: (one) => one.heldByOperator,
  avatarVersion: (one) => one.avatar?.version ?? null,
  uploadedBy: (one) => one.uploadedBy,
  ip: (one) => one.ip,
} as const satisfies Readonly<Record<string, (entry: HistoryEntry) => Cell>>
const writers = Object.values(columns)

/** Later columns may be added at the end, see docs/api-policy.md. */
const csv: ExportFormat = {
  type: 'text/csv; charset=utf-8; header=present',
  extension: 'csv',
  head: csvRecord(['record', 'number', ...Object.keys(columns)]),
  line: (entry, number) => csvRecord(['upload', number, ...writers.map((write) => write(entry))]),
  // As long as every other record, as RFC 4180 wants it, so that any reader reads it.
  end: (rows) => csvRecord(['complete', rows, ...writers.map(() => null)]),
}

const ndjson: ExportFormat = {
  type: 'application/x-ndjson',
  extension: 'ndjson',
  head: '',
  line: (entry) => `${JSON.stringify(entry)}\n`,
  end: (rows) => `${JSON.stringify({ complete: true, rows })}\n`,
}

/** By media type. */
export const exportFormats = { 'text/csv': csv, 'application/x-ndjson': ndjson } as const
