import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { lookOf } from './line-looks.js'

export type Series = {
  readonly name: string
  /** The colour, by the name of a token of the page. */
  readonly colour: 'accent' | 'danger' | 'edge' | 'ink'
  readonly values: readonly (number | null)[]
}

/** What a chart shows. */
export type Shown = {
  label: string
  /** When each part begins: seconds since 1970. */
  times: readonly number[]
  series: readonly Series[]
  format: (value: number) => string
  formatMark: (seconds: number) => string
  /** The distances that the marks of the values may have; round numbers unless given. */
  steps: readonly number[] | undefined
}

const HEIGHT = 220

/**
 * Lines over time. What they say is in the table beside them: a screen reader hears the label alone.
 * @param onPoint called with the part that the pointer is at; null when it leaves
 */
export default function Chart(props: { shown: Shown; onPoint: (index: number | null) => void }) {
  const { shown, onPoint } = props
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const colours = ['(prefers-color-scheme: dark)', '(forced-colors: active)'].map((query) =>
      matchMedia(query),
    )
    let plot = draw(element, shown, onPoint)
    const again = () => {
      plot.destroy()
      plot = draw(element, shown, onPoint)
    }
    for (const query of colours) query.addEventListener('change', again)
    const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }))
    resized.observe(element)
    return () => {
      for (const query of colours) query.removeEventListener('change', again)
      resized.disconnect()
      plot.destroy()
    }
  }, [shown, onPoint])
  return (
    <div
      ref={box}
      role="img"
      aria-label={shown.label}
      className="overflow-hidden"
      style={{ height: HEIGHT }}
    />
  )
}

function draw(element: HTMLElement, shown: Shown, onPoint: (index: number | null) => void): UPlot {
  const { times, series, format, formatMark, steps } = shown
  const style = getComputedStyle(document.documentElement)
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim()
  const font = `12px ${getComputedStyle(document.body).fontFamily}`
  const axis = {
    stroke: token('soft'),
    font,
    grid: { stroke: token('line'), width: 1 },
    ticks: { stroke: token('line'), width: 1 },
  }
  return new UPlot(
    {
      width: element.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, drag: { setScale: false, x: false, y: false } },
      // The parts of a range are days and hours of UTC.
      tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1000), 'UTC'),
      hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
      scales: { x: { time: true }, y: { range: (_, __, most) => [0, Math.max(4, most * 1.1)] } },
      axes: [
        { ...axis, size: 34, space: 90, values: (_, marks) => marks.map(formatMark) },
        {
          ...axis,
          size: 64,
          values: (_, marks) => marks.map(format),
          ...(steps && { incrs: [...steps] }),
        },
      ],
      series: [
        {},
        ...series.map(({ name, colour }, index) => ({
          label: name,
          stroke: token(colour),
          width: 2,
          dash: [...lookOf(index).dash],
          spanGaps: false,
          points: { show: times.length < 40, fill: token(colour), paths: marksOf(lookOf(index).mark) },
        })),
      ],
    },
    [[...times], ...series.map(({ values }) => [...values])],
    element,
  )
}

/** Draws a mark at each point of a series. @param mark its path, with a radius of 1 */
function marksOf(mark: string): UPlot.Series.Points.PathBuilder {
  const one = new Path2D(mark)
  return (plot, index, first, last) => {
    const radius = 3 * devicePixelRatio
    const fill = new Path2D()
    for (let at = first; at <= last; at += 1) {
      const [time, value] = [plot.data[0][at], plot.data[index]?.[at]]
      if (time === undefined || value === null || value === undefined) continue
      const [x, y] = [plot.valToPos(time, 'x', true), plot.valToPos(value, 'y', true)]
      fill.addPath(one, new DOMMatrix([radius, 0, 0, radius, x, y]))
    }
    return { fill, flags: 0 }
  }
}
