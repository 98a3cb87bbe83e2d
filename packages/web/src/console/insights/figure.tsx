import { lazy, Suspense, useMemo, useState } from 'react'
import { textsOf, useTexts } from '../../language/texts.js'
import { Skeleton } from '../../ui/skeleton.js'
import type { Series, Shown } from './chart.js'
import { lookOf } from './line-looks.js'

const Chart = lazy(() => import('./chart.js'))

const colours: Record<Series['colour'], string> = {
  accent: 'text-accent',
  danger: 'text-danger',
  edge: 'text-edge',
  ink: 'text-ink',
}

/** A chart with its legend, and with its table for whoever does not see it or wants the figures. */
export function Figure(props: {
  title: string
  /** When each part begins, RFC 3339. */
  at: readonly string[]
  series: readonly Series[]
  format: (value: number) => string
  formatTime: (moment: string) => string
  /** Writes a moment on the axis, in ms since 1970. */
  formatMark: (moment: number) => string
  steps?: readonly number[]
}) {
  const { title, at, series, format, formatTime, formatMark, steps } = props
  const words = useTexts(texts)
  const [pointed, setPointed] = useState<number | null>(null)
  const chart = useMemo(
    (): Shown => ({
      label: words.chart(title, series.map(({ name }) => name).join(', ')),
      times: at.map((one) => Date.parse(one) / 1000),
      series,
      format,
      formatMark: (seconds: number) => formatMark(seconds * 1000),
      steps,
    }),
    [words, title, at, series, format, formatMark, steps],
  )
  return (
    <section aria-label={title} className="min-w-0 rounded-3xl border border-line bg-card p-5">
      <div className="flex items-baseline justify-between gap-4">
        <h2 className="text-lg font-semibold">{title}</h2>
        {/* What the pointer is at; the table has it for everybody. */}
        <p aria-hidden="true" className="text-sm whitespace-nowrap text-soft tabular-nums">
          {pointed !== null && at[pointed] !== undefined && formatTime(at[pointed])}
        </p>
      </div>
      <ul className="mt-1 mb-3 flex flex-wrap gap-x-4 text-sm text-soft">
        {series.map(({ name, colour, values }, index) => (
          <li key={name} className="flex items-center gap-1.5">
            <Line index={index} colour={colour} />
            {name}
            {pointed !== null && (
              <b className="font-semibold text-ink tabular-nums">{shown(values[pointed], format)}</b>
            )}
          </li>
        ))}
      </ul>
      <Suspense fallback={<Skeleton className="h-[220px] w-full" />}>
        <Chart shown={chart} onPoint={setPointed} />
      </Suspense>
      <details className="mt-2">
        <summary className="inline-flex min-h-9 cursor-pointer items-center text-sm text-accent underline-offset-4 hover:underline">
          {words.table}
        </summary>
        <section
          aria-label={words.tableOf(title)}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the box scrolls by keyboard (WCAG 2.1.1)
          tabIndex={0}
          className="relative max-h-72 overflow-auto"
        >
          <table className="w-full text-right text-sm tabular-nums">
            <thead className="text-xs text-soft">
              <tr>
                <th scope="col" className="py-1.5 text-left font-medium">
                  {words.from}
                </th>
                {series.map(({ name }) => (
                  <th key={name} scope="col" className="py-1.5 pl-4 font-medium">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {at.map((one, index) => (
                <tr key={one} className="border-t border-line">
                  <th scope="row" className="py-1 text-left font-normal">
                    {formatTime(one)}
                  </th>
                  {series.map(({ name, values }) => (
                    <td key={name} className="py-1 pl-4">
                      {shown(values[index], format)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </details>
    </section>
  )
}

/** A line as the chart draws it. */
function Line({ index, colour }: { index: number; colour: Series['colour'] }) {
  const { dash, mark } = lookOf(index)
  return (
    <svg aria-hidden="true" viewBox="-12 -5 24 10" className={`h-2.5 w-6 shrink-0 ${colours[colour]}`}>
      <path
        d="M-12 0h24"
        stroke="currentColor"
        strokeWidth="2"
        strokeDasharray={dash.join(' ') || undefined}
      />
      <path d={mark} transform="scale(3.5)" fill="currentColor" />
    </svg>
  )
}

const shown = (value: number | null | undefined, format: (value: number) => string): string =>
  value === null || value === undefined ? '–' : format(value)

const texts = textsOf({
  en: {
    chart: (title: string, series: string) =>
      `${title} over time: ${series}. The table below has the figures.`,
    table: 'As a table',
    tableOf: (title: string) => `${title}, as a table`,
    from: 'From',
  },
  fr: {
    chart: (title: string, series: string) =>
      `${title} au fil du temps : ${series}. Le tableau ci-dessous donne les chiffres.`,
    table: 'En tableau',
    tableOf: (title: string) => `${title}, en tableau`,
    from: 'Depuis',
  },
})
