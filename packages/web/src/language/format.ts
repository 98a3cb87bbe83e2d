import { type Language, useLanguage } from './language.js'

/** Seconds in each unit of time, largest first. */
const units = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const

type Moment = string | number | Date

const formatsOf = (language: Language) => {
  const number = new Intl.NumberFormat(language)
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 })
  const compact = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 })
  const dateTime = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
  const utc = { timeZone: 'UTC' } as const
  const utcDay = new Intl.DateTimeFormat(language, { dateStyle: 'medium', ...utc })
  const utcTime = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', ...utc })
  const utcHour = new Intl.DateTimeFormat(language, {
    day: 'numeric',
    month: 'short',
    hour: 'numeric',
    ...utc,
  })
  const utcMark = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', ...utc })
  const exact = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'long' })
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  const list = new Intl.ListFormat(language)
  const plurals = new Intl.PluralRules(language)
  const bytesIn = (unit: 'byte' | 'kilobyte' | 'megabyte' | 'gigabyte', most: number) =>
    new Intl.NumberFormat(language, {
      style: 'unit',
      unit,
      unitDisplay: unit === 'byte' ? 'long' : 'short',
      maximumFractionDigits: most,
    })
  const sizes = [
    bytesIn('byte', 0),
    bytesIn('kilobyte', 0),
    bytesIn('megabyte', 1),
    bytesIn('gigabyte', 1),
  ] as const
  return {
    number: (value: number) => number.format(value),
    /** @param share 0 to 1 */
    percent: (share: number) => percent.format(share),
    /** `1.2K` */
    compact: (value: number) => compact.format(value),
    dateTime: (moment: Moment) => dateTime.format(new Date(moment)),
    /** Days and hours of statistics, which are those of UTC. */
    utc: {
      day: (moment: Moment) => utcDay.format(new Date(moment)),
      time: (moment: Moment) => utcTime.format(new Date(moment)),
      /** For the axis of a chart, without the year. */
      mark: (moment: Moment) => utcMark.format(new Date(moment)),
      hourMark: (moment: Moment) => utcHour.format(new Date(moment)),
      /** @param to the last moment that counts */
      days: (from: Moment, to: Moment) => utcDay.formatRange(new Date(from), new Date(to)),
    },
    /** With seconds and the time zone. */
    exact: (moment: Moment) => exact.format(new Date(moment)),
    list: (items: readonly string[]) => list.format(items),
    /** `840 kB`, `3.4 MB`. Units of 1024, as file managers show them. */
    bytes: (bytes: number) => {
      const step = Math.min(3, bytes < 1024 ? 0 : Math.floor(Math.log2(bytes) / 10))
      return (sizes[step] ?? sizes[0]).format(bytes / 1024 ** step)
    },
    /** `3 minutes ago`, `in 2 days`. @param now as `Date.now()` counts */
    ago: (moment: Moment, now = Date.now()) => {
      const seconds = (new Date(moment).getTime() - now) / 1000
      const [unit, length] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1]
      return relative.format(Math.trunc(seconds / length), unit)
    },
    /** A wait: `42 s`, `12 min`. Rounded up. @param seconds whole */
    seconds: (seconds: number) =>
      seconds < 100 ? `${number.format(seconds)} s` : `${number.format(Math.ceil(seconds / 60))} min`,
    /** The word for a count: `plural(2, { one: 'picture', other: 'pictures' })`. */
    plural: (count: number, words: { one: string; other: string }) =>
      plurals.select(count) === 'one' ? words.one : words.other,
  }
}

export type Formats = ReturnType<typeof formatsOf>

const made: Partial<Record<Language, Formats>> = {}

/** Numbers, dates and sizes as a language writes them. */
export const formatsIn = (language: Language): Formats => {
  made[language] ??= formatsOf(language)
  return made[language]
}

/** The same in the language of the page. */
export const useFormats = (): Formats => formatsIn(useLanguage())
