import { Brand } from '../ui/brand.js'
import { type Entry, EntryCard } from './entry-card.js'

const promises = [
  ['Upload', 'A picture you choose, drop or paste.'],
  ['Preview', 'Upright and framed, seen by you alone.'],
  ['Confirm', 'Only now does it become your avatar.'],
] as const

/** The page for someone who is not signed in. */
export function Welcome({ entry }: { entry: Entry }) {
  return (
    <div className="mx-auto grid min-h-dvh max-w-lg content-center items-center gap-10 px-4 py-10 sm:px-8 lg:max-w-5xl lg:grid-cols-[1fr_25rem] lg:gap-20">
      <header>
        <Brand />
        <h1 className="mt-8 text-4xl tracking-tight sm:text-5xl lg:mt-12 lg:text-6xl">
          Your face, the way you mean it.
        </h1>
        <ol className="mt-10 hidden max-w-md lg:block">
          {promises.map(([name, text], index) => (
            <li key={name} className="flex gap-5 border-t border-line py-4 last:border-b">
              <span aria-hidden="true" className="w-4 font-serif text-lg text-accent">
                {index + 1}
              </span>
              <span>
                <b className="font-semibold">{name}.</b> <span className="text-soft">{text}</span>
              </span>
            </li>
          ))}
        </ol>
      </header>
      <EntryCard first={entry} />
    </div>
  )
}
