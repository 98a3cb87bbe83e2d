import type { KeyboardEvent, ReactNode } from 'react'
import { Link } from 'wouter'
import { textsOf, useTexts } from '../../language/texts.js'
import { ArrowIcon } from '../../ui/icons.js'
import { Skeleton } from '../../ui/skeleton.js'

export type Column<Row> = {
  readonly key: string
  readonly name: string
  readonly cell: (row: Row) => ReactNode
  /** Its least width in rem, so that nothing moves when the rows come; wider tables share the rest by it. */
  readonly width: number
  /** The name by which the server sorts by it. */
  readonly sort?: string | undefined
  /** Numbers stand at the end of their column. */
  readonly end?: boolean
}

export type DataTableProps<Row> = {
  label: string
  columns: readonly Column<Row>[]
  /** undefined while they are read for the first time */
  rows: readonly Row[] | undefined
  keyOf: (row: Row) => string
  /** What is shown in place of rows when there are none. */
  empty: ReactNode
  /** How many rows the skeleton has. */
  expected?: number
  /** What it is sorted by, `-` for the greatest first, and the address that sorts it otherwise. */
  sort?: { now: string; hrefOf: (sort: string) => string }
  selection?: {
    has: (row: Row) => boolean
    toggle: (row: Row) => void
    toggleAll: () => void
    nameOf: (row: Row) => string
  }
  onOpen?: (row: Row) => void
  /** The row that is open beside the table. */
  openKey?: string | undefined
  busy?: boolean
}

/** Rows of one height in a box that scrolls by itself, so that the page never does sideways. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows, keyOf, empty, expected = 12, sort, selection, onOpen, openKey, busy } = props
  const words = useTexts(texts)
  if (rows?.length === 0) return <>{empty}</>
  const areAll = rows !== undefined && selection !== undefined && rows.every(selection.has)
  return (
    <section
      aria-label={label}
      aria-busy={busy || rows === undefined}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the box scrolls by keyboard (WCAG 2.1.1)
      tabIndex={0}
      className={`relative overflow-x-auto rounded-2xl border border-line bg-card transition-opacity ${busy ? 'opacity-60' : ''}`}
    >
      <table
        className="w-full table-fixed border-collapse text-left text-sm"
        style={{ minWidth: `${columns.reduce((sum, { width }) => sum + width, selection ? 3 : 0)}rem` }}
      >
        <thead className="border-b border-line text-xs text-soft">
          <tr>
            {selection && (
              <th scope="col" className="w-12 pl-2">
                <Check
                  label={words.all}
                  checked={areAll}
                  off={rows === undefined}
                  onToggle={selection.toggleAll}
                />
              </th>
            )}
            {columns.map((column) => (
              <Head key={column.key} column={column} sort={sort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows === undefined &&
            [...Array(expected).keys()].map((row) => (
              <tr key={row} className="h-14 border-b border-line last:border-0">
                <td colSpan={columns.length + (selection ? 1 : 0)} className="px-3">
                  <Skeleton className="h-6 w-full" />
                </td>
              </tr>
            ))}
          {rows?.map((row) => (
            <tr
              key={keyOf(row)}
              aria-current={openKey === keyOf(row) || undefined}
              onClick={(event) => {
                // A link or a box in the row does what it is for.
                if (event.target instanceof Element && !event.target.closest('a, button, input, label'))
                  onOpen?.(row)
              }}
              className={`h-14 border-b border-line last:border-0 aria-[current]:bg-tint ${onOpen ? 'cursor-pointer hover:bg-sunk' : ''}`}
            >
              {selection && (
                <td className="pl-2">
                  <Check
                    label={words.one(selection.nameOf(row))}
                    checked={selection.has(row)}
                    onToggle={() => selection.toggle(row)}
                  />
                </td>
              )}
              {columns.map(({ key, cell, end }) => (
                <td key={key} className={`truncate px-3 py-1.5 ${end ? 'text-right tabular-nums' : ''}`}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Head<Row>({ column, sort }: { column: Column<Row>; sort: DataTableProps<Row>['sort'] }) {
  const { name, end, width } = column
  const look = `px-3 py-2 font-medium whitespace-nowrap ${end ? 'text-right' : ''}`
  if (column.sort === undefined || sort === undefined) {
    return (
      <th scope="col" className={look} style={{ width: `${width}rem` }}>
        {name}
      </th>
    )
  }
  const isUp = sort.now === column.sort
  const isDown = sort.now === `-${column.sort}`
  return (
    <th
      scope="col"
      aria-sort={isUp ? 'ascending' : isDown ? 'descending' : undefined}
      className={look}
      style={{ width: `${width}rem` }}
    >
      <Link
        href={sort.hrefOf(isDown ? column.sort : `-${column.sort}`)}
        className="inline-flex min-h-7 items-center gap-1 text-ink underline-offset-4 hover:underline"
      >
        {name}
        {(isUp || isDown) && <ArrowIcon to={isUp ? 'up' : 'down'} />}
      </Link>
    </th>
  )
}

function Check(props: { label: string; checked: boolean; off?: boolean; onToggle: () => void }) {
  return (
    <label className="grid size-9 place-items-center">
      <span className="sr-only">{props.label}</span>
      <input
        type="checkbox"
        checked={props.checked}
        disabled={props.off}
        onChange={props.onToggle}
        onKeyDown={(event: KeyboardEvent) => {
          if (event.key === 'Enter') event.preventDefault()
        }}
        className="size-4.5 accent-accent"
      />
    </label>
  )
}

const texts = textsOf({
  en: { all: 'Select all of this page', one: (name: string) => `Select ${name}` },
  fr: { all: 'Tout sélectionner sur cette page', one: (name: string) => `Sélectionner ${name}` },
})
