import type { HistoryEntry } from '@likeness/client'
import { Link } from 'wouter'
import { useFormats } from '../../language/format.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Moment } from '../../ui/moment.js'
import { Tag } from '../../ui/tag.js'
import { fromList } from '../ui/close-drawer.js'
import type { Column } from '../ui/data-table.js'
import { Person } from '../ui/person.js'
import { lookOf, uploadWords } from '../ui/statuses.js'
import { Thumb } from '../ui/thumb.js'

/** Every column that can be shown, in their order. */
export const columnKeys = [
  'picture',
  'filename',
  'status',
  'owner',
  'uploadedAt',
  'bytes',
  'confirmedAt',
  'format',
  'pixels',
  'failure',
  'publishedAt',
  'closedAt',
  'expiresAt',
  'uploadedBy',
  'ip',
  'sha256',
  'id',
] as const
export type ColumnKey = (typeof columnKeys)[number]

const byDefault = ['picture', 'filename', 'status', 'owner', 'uploadedAt', 'bytes', 'confirmedAt', 'format']

/** The columns that the address names; the file name always, since it opens the upload. */
export function shownColumns(named: string | null): ColumnKey[] {
  const chosen = named?.split(',') ?? byDefault
  return columnKeys.filter((key) => key === 'filename' || chosen.includes(key))
}

/** What the address says of these columns: nothing when they are those shown by default. */
export const nameColumns = (keys: readonly ColumnKey[]): string | undefined =>
  keys.join() === shownColumns(null).join() ? undefined : keys.join()

/** @param hrefOf the address that opens an upload */
export function useColumns(hrefOf: (id: string) => string): Record<ColumnKey, Column<HistoryEntry>> {
  const words = useTexts(texts)
  const { statuses } = useTexts(uploadWords)
  const formats = useFormats()
  const time = (at: string | null) => (at === null ? <None /> : <Moment at={at} />)
  return {
    picture: { key: 'picture', width: 4.5, name: words.picture, cell: (one) => <Thumb upload={one} /> },
    filename: {
      key: 'filename',
      width: 15,
      name: words.filename,
      cell: (one) => (
        <Link
          href={hrefOf(one.id)}
          state={fromList}
          id={rowId(one.id)}
          className="inline-flex min-h-9 max-w-full items-center font-medium underline-offset-4 hover:underline"
        >
          <bdi className="truncate" title={one.originalFilename ?? undefined}>
            {one.originalFilename ?? words.unnamed}
          </bdi>
        </Link>
      ),
    },
    status: {
      key: 'status',
      width: 8.5,
      name: words.status,
      cell: ({ status, heldByOperator }) => (
        <span className="inline-flex gap-1">
          <Tag look={lookOf(status)}>{statuses[status]}</Tag>
          {heldByOperator && <Tag look="bad">{words.held}</Tag>}
        </span>
      ),
    },
    owner: { key: 'owner', width: 8.5, name: words.owner, cell: ({ userId }) => <Person id={userId} /> },
    uploadedAt: {
      key: 'uploadedAt',
      width: 12,
      name: words.uploadedAt,
      sort: 'uploadedAt',
      cell: (one) => time(one.uploadedAt),
    },
    bytes: {
      key: 'bytes',
      width: 6,
      name: words.bytes,
      sort: 'bytes',
      end: true,
      cell: (one) => formats.bytes(one.bytes),
    },
    confirmedAt: {
      key: 'confirmedAt',
      width: 12,
      name: words.confirmedAt,
      sort: 'confirmedAt',
      cell: (one) => time(one.confirmedAt),
    },
    format: {
      key: 'format',
      width: 6,
      name: words.format,
      cell: ({ format, pages }) => (pages > 1 ? words.animated(format, pages) : format),
    },
    pixels: {
      key: 'pixels',
      width: 8,
      name: words.pixels,
      end: true,
      cell: ({ width, height }) => `${width} × ${height}`,
    },
    failure: {
      key: 'failure',
      width: 12,
      name: words.failure,
      cell: ({ failure }) => (failure ? <code className="text-xs">{failure.code}</code> : <None />),
    },
    publishedAt: {
      key: 'publishedAt',
      width: 12,
      name: words.publishedAt,
      cell: (one) => time(one.publishedAt),
    },
    closedAt: { key: 'closedAt', width: 12, name: words.closedAt, cell: (one) => time(one.closedAt) },
    expiresAt: { key: 'expiresAt', width: 12, name: words.expiresAt, cell: (one) => time(one.expiresAt) },
    uploadedBy: {
      key: 'uploadedBy',
      width: 9,
      name: words.uploadedBy,
      cell: ({ uploadedBy, userId }) =>
        uploadedBy === null ? <None /> : uploadedBy === userId ? words.byOwner : <Person id={uploadedBy} />,
    },
    ip: { key: 'ip', width: 9, name: words.ip, cell: ({ ip }) => ip ?? <None /> },
    sha256: {
      key: 'sha256',
      width: 9,
      name: words.sha256,
      cell: ({ sha256 }) => (
        <code title={sha256} className="text-xs">
          {sha256.slice(0, 12)}…
        </code>
      ),
    },
    id: { key: 'id', width: 19, name: words.id, cell: ({ id }) => <code className="text-xs">{id}</code> },
  }
}

/** The id of the link that opens an upload. */
const rowId = (id: string): string => `row-${id}`

const None = () => <span className="text-soft">–</span>

const texts = textsOf({
  en: {
    picture: 'Picture',
    filename: 'File name',
    status: 'State',
    owner: 'Owner',
    uploadedAt: 'Uploaded',
    bytes: 'Size',
    confirmedAt: 'Confirmed',
    format: 'Format',
    pixels: 'Pixels',
    failure: 'Failure',
    publishedAt: 'Published',
    closedAt: 'Closed',
    expiresAt: 'Expires',
    uploadedBy: 'Uploaded by',
    ip: 'IP address',
    sha256: 'SHA-256',
    id: 'Id',
    unnamed: 'Without a name',
    held: 'held',
    byOwner: 'the owner',
    animated: (format: string, pages: number) => `${format}, ${pages} frames`,
  },
  fr: {
    picture: 'Photo',
    filename: 'Nom du fichier',
    status: 'État',
    owner: 'Propriétaire',
    uploadedAt: 'Envoyé',
    bytes: 'Taille',
    confirmedAt: 'Confirmé',
    format: 'Format',
    pixels: 'Pixels',
    failure: 'Échec',
    publishedAt: 'Publié',
    closedAt: 'Clos',
    expiresAt: 'Expire',
    uploadedBy: 'Envoyé par',
    ip: 'Adresse IP',
    sha256: 'SHA-256',
    id: 'Identifiant',
    unnamed: 'Sans nom',
    held: 'retenu',
    byOwner: 'le propriétaire',
    animated: (format: string, pages: number) => `${format}, ${pages} images`,
  },
})
