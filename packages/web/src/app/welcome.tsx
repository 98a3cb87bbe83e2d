import { textsOf, useTexts } from '../language/texts.js'
import { Brand } from '../ui/brand.js'
import { type Entry, EntryCard, useEntry } from './entry-card.js'

/** The page for someone who is not signed in. @param entry unless the address names one */
export default function Welcome({ entry }: { entry: Entry }) {
  const words = useTexts(texts)
  return (
    <div className="mx-auto grid min-h-dvh max-w-lg content-center items-center gap-10 px-4 py-10 sm:px-8 lg:max-w-5xl lg:grid-cols-[1fr_25rem] lg:gap-20">
      <header>
        <Brand />
        <h1 className="mt-8 text-4xl tracking-tight sm:text-5xl lg:mt-12 lg:text-6xl">{words.title}</h1>
        <ol className="mt-10 hidden max-w-md lg:block">
          {Object.entries(words.promises).map(([name, text], index) => (
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
      <EntryCard {...useEntry(entry)} />
    </div>
  )
}

const texts = textsOf<{ title: string; promises: Readonly<Record<string, string>> }>({
  en: {
    title: 'Your face, the way you mean it.',
    promises: {
      Upload: 'A picture you choose, drop or paste.',
      Preview: 'Upright and framed, seen by you alone.',
      Confirm: 'Only now does it become your avatar.',
    },
  },
  fr: {
    title: 'Votre visage, comme vous l’entendez.',
    promises: {
      Envoyez: 'Une photo choisie, déposée ou collée.',
      Cadrez: 'Redressée et cadrée, vue de vous seul.',
      Confirmez: 'Alors seulement, elle devient votre avatar.',
    },
  },
})
