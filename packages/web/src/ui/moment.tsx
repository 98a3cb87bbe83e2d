import { useFormats } from '../language/format.js'

/** A time as people say it, exact when pointed at. @param look `ago` counts from now, else day and time */
export function Moment({ at, look = 'time' }: { at: string; look?: 'ago' | 'time' }) {
  const formats = useFormats()
  return (
    <time dateTime={at} title={formats.exact(at)} className="tabular-nums">
      {look === 'ago' ? formats.ago(at) : formats.dateTime(at)}
    </time>
  )
}
