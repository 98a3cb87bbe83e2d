import { Link, useLocation, useSearchParams } from 'wouter'
import { textsOf, useTexts } from '../language/texts.js'

/** The cursor in the address, undefined on the first page. */
export const useCursor = (): string | undefined => useSearchParams()[0].get('cursor') ?? undefined

/** Leads through a list, the newest first: the page is in the address. @param next cursor of the next page */
export function Pager({ next }: { next: string | null | undefined }) {
  const words = useTexts(texts)
  const [path] = useLocation()
  const cursor = useCursor()
  if (!next && cursor === undefined) return null
  return (
    <nav aria-label={words.pages} className="mt-6 flex flex-wrap justify-center gap-3">
      {cursor !== undefined && (
        <Link href={path} className={look}>
          {words.newest}
        </Link>
      )}
      {next && (
        <Link href={`${path}?cursor=${encodeURIComponent(next)}`} className={look}>
          {words.more}
        </Link>
      )}
    </nav>
  )
}

const look =
  'inline-flex min-h-11 items-center rounded-xl border border-edge bg-card px-5 font-medium hover:bg-sunk'

const texts = textsOf({
  en: { pages: 'Pages', newest: 'Newest', more: 'More' },
  fr: { pages: 'Pages', newest: 'Plus récents', more: 'Suite' },
})
