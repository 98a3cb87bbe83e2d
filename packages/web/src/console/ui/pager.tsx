import { Link } from 'wouter'
import { textsOf, useTexts } from '../../language/texts.js'
import { ArrowIcon } from '../../ui/icons.js'
import { useAddress } from './use-address.js'

/** Addresses stay short: of the pages before, so many are remembered. */
const MOST_BEFORE = 10
/** Stands for the first page, which has no cursor. */
const FIRST = '-'

/**
 * The ways to the next page of a list and to the one before, by address.
 * @param next the cursor of the next page; null on the last one
 */
export function Pager({ next, shown }: { next: string | null; shown: number }) {
  const words = useTexts(texts)
  const { params, hrefWith } = useAddress()
  const cursor = params.get('cursor')
  const before = params.get('before')?.split('.') ?? []
  const back = before.at(-1)
  if (cursor === null && next === null) return <p className="text-sm text-soft">{words.all(shown)}</p>
  return (
    <nav aria-label={words.label} className="flex flex-wrap items-center gap-2 text-sm">
      {cursor !== null && (
        <Link href={hrefWith({ cursor: undefined, before: undefined })} className={look}>
          {words.first}
        </Link>
      )}
      {cursor !== null && back !== undefined && (
        <Link
          href={hrefWith({
            cursor: back === FIRST ? undefined : back,
            before: before.slice(0, -1).join('.'),
          })}
          className={look}
        >
          <ArrowIcon to="left" />
          {words.back}
        </Link>
      )}
      {next !== null && (
        <Link
          href={hrefWith({
            cursor: next,
            before: [...before, cursor ?? FIRST].slice(-MOST_BEFORE).join('.'),
          })}
          className={look}
        >
          {words.next}
          <ArrowIcon to="right" />
        </Link>
      )}
      {next === null && <span className="text-soft">{words.end}</span>}
    </nav>
  )
}

const look =
  'inline-flex min-h-11 items-center gap-1.5 rounded-xl border border-edge bg-card px-4 font-medium hover:bg-sunk'

const texts = textsOf({
  en: {
    label: 'Pages',
    first: 'First page',
    back: 'Previous',
    next: 'Next',
    end: 'This is the last page.',
    all: (count: number) => (count === 0 ? '' : `${count} in all.`),
  },
  fr: {
    label: 'Pages',
    first: 'Première page',
    back: 'Précédente',
    next: 'Suivante',
    end: 'C’est la dernière page.',
    all: (count: number) => (count === 0 ? '' : `${count} en tout.`),
  },
})
