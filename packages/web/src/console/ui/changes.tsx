import type { UploadEvent } from '@likeness/client'
import { textsOf, useTexts } from '../../language/texts.js'
import { ArrowIcon } from '../../ui/icons.js'
import { useTrailWords } from './trail-words.js'

/** What an act changed: each field before → after. */
export function ChangeList({ changes }: { changes: UploadEvent['changes'] }) {
  const words = useTexts(texts)
  const { nameOf, sayValue } = useTrailWords()
  const entries = Object.entries(changes)
  if (entries.length === 0) return null
  return (
    <dl className="mt-1 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-0.5 text-sm">
      {entries.map(([field, { before, after }]) => (
        <div key={field} className="contents">
          <dt className="text-soft">{nameOf(field)}</dt>
          <dd className="flex flex-wrap items-center gap-x-1.5 wrap-anywhere">
            <s className="text-soft no-underline">{sayValue(field, before)}</s>
            <ArrowIcon to="right" />
            <span className="sr-only">{words.became}</span>
            <b className="font-medium">{sayValue(field, after)}</b>
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** Notes of an event, such as its reason. */
export function Details({ details }: { details: UploadEvent['details'] }) {
  const { nameOf, sayValue } = useTrailWords()
  const entries = Object.entries(details)
  if (entries.length === 0) return null
  return (
    <dl className="mt-1 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-0.5 text-sm">
      {entries.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-soft">{nameOf(name)}</dt>
          <dd className="wrap-anywhere">
            <bdi>{sayValue(name, value)}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  )
}

const texts = textsOf({ en: { became: 'became' }, fr: { became: 'est devenu' } })
