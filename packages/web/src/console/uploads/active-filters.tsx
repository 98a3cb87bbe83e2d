import { Link } from 'wouter'
import { useFormats } from '../../language/format.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { CloseIcon } from '../../ui/icons.js'
import { uploadWords } from '../ui/statuses.js'
import { fromStart, useAddress } from '../ui/use-address.js'
import { type FilterName, filterNames, statuses } from './history-filters.js'

/** What the list is narrowed to, each with the way to take it away. */
export function ActiveFilters() {
  const words = useTexts(texts)
  const { statuses: statusWords } = useTexts(uploadWords)
  const { dateTime } = useFormats()
  const { params, hrefWith } = useAddress()
  const active = filterNames.filter((name) => name !== 'q' && params.get(name))
  if (active.length === 0) return null
  const shown = (name: FilterName, value: string) => {
    if (name === 'status') return statusWords[statuses.find((one) => one === value) ?? 'pending']
    if (name === 'from' || name === 'to') return Number.isNaN(Date.parse(value)) ? value : dateTime(value)
    return value
  }
  return (
    <ul aria-label={words.label} className="mb-4 flex flex-wrap items-center gap-2 text-sm">
      {active.map((name) => (
        <li key={name}>
          <Link
            href={hrefWith(fromStart({ [name]: undefined }))}
            className="inline-flex min-h-9 max-w-full items-center gap-1.5 rounded-full border border-edge bg-card py-1 pr-2 pl-3.5 wrap-anywhere hover:bg-sunk"
          >
            <span className="sr-only">{words.remove}</span>
            {words.names[name]} <b className="font-semibold">{shown(name, params.get(name) ?? '')}</b>
            <CloseIcon />
          </Link>
        </li>
      ))}
      <li>
        <Link
          href={hrefWith(fromStart(Object.fromEntries(filterNames.map((name) => [name, undefined]))))}
          className="inline-flex min-h-9 items-center px-2 font-medium text-accent underline-offset-4 hover:underline"
        >
          {words.clear}
        </Link>
      </li>
    </ul>
  )
}

const texts = textsOf({
  en: {
    label: 'Filters in force',
    remove: 'Remove the filter:',
    clear: 'Remove all',
    names: {
      q: 'name has',
      status: 'state',
      failure: 'failure',
      format: 'format',
      user: 'owner',
      from: 'from',
      to: 'before',
      sha256: 'SHA-256',
      ip: 'IP address',
      actorId: 'acted on by',
    },
  },
  fr: {
    label: 'Filtres actifs',
    remove: 'Retirer le filtre :',
    clear: 'Tout retirer',
    names: {
      q: 'le nom contient',
      status: 'état',
      failure: 'échec',
      format: 'format',
      user: 'propriétaire',
      from: 'depuis',
      to: 'avant',
      sha256: 'SHA-256',
      ip: 'adresse IP',
      actorId: 'traité par',
    },
  },
})
