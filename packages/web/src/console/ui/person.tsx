import { Link } from 'wouter'
import { textsOf, useTexts } from '../../language/texts.js'
import { useName } from './names.js'

/** A person by their name, else by the end of their id, which leads to them. */
export function Person({ id }: { id: string }) {
  const words = useTexts(texts)
  const name = useName(id)
  return (
    <Link
      href={`/console/users?user=${id}`}
      title={id}
      className="inline-flex min-h-6 max-w-full items-center text-accent underline-offset-4 hover:underline"
    >
      <bdi className="truncate">{name ?? `…${id.slice(-8)}`}</bdi>
      <span className="sr-only">{words.open}</span>
    </Link>
  )
}

const texts = textsOf({
  en: { open: ', opens this user' },
  fr: { open: ', ouvre cet utilisateur' },
})
