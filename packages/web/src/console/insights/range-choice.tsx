import { textsOf, useTexts } from '../../language/texts.js'
import { Choice } from '../../ui/choice.js'
import { Field } from '../../ui/field.js'
import { useAddress } from '../ui/use-address.js'
import { bucketOf, dayBefore, firstDay, ownDaysOf, rangeOf } from './read-stats.js'

/** Which time the figures are of, and in which parts. The address keeps it. @param isTooLong it has too many parts */
export function RangeChoice({ isTooLong }: { isTooLong: boolean }) {
  const words = useTexts(texts)
  const { params, change } = useAddress()
  const range = rangeOf(params)
  const { from, to, missing, isBackwards } = ownDaysOf(params)
  const choose = (chosen: string) =>
    change({
      range: chosen,
      bucket: undefined,
      // One's own begins with what is shown most.
      from: chosen === 'own' ? dayBefore(30) : undefined,
      to: chosen === 'own' ? dayBefore() : undefined,
    })
  const day = (name: 'from' | 'to', value: string, error: string | undefined) => (
    <Field
      label={words.days[name]}
      type="date"
      name={name}
      // Typed day by day: the address follows each whole one.
      defaultValue={value}
      min={firstDay}
      max={dayBefore()}
      error={missing.includes(name) ? words.missing : error}
      onChange={({ target }) => change({ [name]: target.value }, { replace: true })}
    />
  )
  return (
    <div className="grid w-full grid-cols-2 items-start gap-3 sm:flex sm:w-auto sm:flex-wrap">
      <Choice label={words.range} name="range" value={range} choices={words.ranges} onChoose={choose} />
      <Choice
        label={words.bucket}
        name="bucket"
        value={bucketOf(params)}
        choices={words.buckets}
        error={isTooLong ? words.tooLong : undefined}
        onChoose={(bucket) => change({ bucket })}
      />
      {range === 'own' && (
        <>
          {day('from', from, undefined)}
          {day('to', to, isBackwards ? words.backwards : undefined)}
        </>
      )}
    </div>
  )
}

const texts = textsOf({
  en: {
    range: 'Range',
    ranges: {
      day: 'Last 24 hours',
      week: 'Last 7 days',
      month: 'Last 30 days',
      quarter: 'Last 90 days',
      year: 'Last year',
      own: 'From … to …',
    },
    days: { from: 'From (day in UTC)', to: 'To (included)' },
    missing: 'Choose a day.',
    backwards: 'It ends before it begins.',
    tooLong: 'Too many for this range.',
    bucket: 'By',
    buckets: { hour: 'Hour', day: 'Day', week: 'Week', month: 'Month' },
  },
  fr: {
    range: 'Période',
    ranges: {
      day: '24 dernières heures',
      week: '7 derniers jours',
      month: '30 derniers jours',
      quarter: '90 derniers jours',
      year: 'Année écoulée',
      own: 'Du … au …',
    },
    days: { from: 'Du (jour en UTC)', to: 'Au (compris)' },
    missing: 'Choisissez un jour.',
    backwards: 'Elle finit avant de commencer.',
    tooLong: 'Trop pour cette période.',
    bucket: 'Par',
    buckets: { hour: 'Heure', day: 'Jour', week: 'Semaine', month: 'Mois' },
  },
})
