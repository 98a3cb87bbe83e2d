import { Link } from 'wouter'
import { textsOf, useTexts } from '../language/texts.js'
import { Empty } from '../ui/empty.js'
import { useTitle } from '../ui/page-title.js'
import type { Typed } from '../ui/typed.js'

/** The console, to someone who may not open it, or may no longer. @param typed in it until then */
export function NoRight({ typed }: { typed: readonly Typed[] }) {
  const words = useTexts(texts)
  useTitle(words.title)
  return (
    <>
      <Empty title={words.title} isPage>
        <p>{words.text}</p>
        <Link
          href="/"
          className="inline-flex min-h-11 items-center font-medium text-accent underline-offset-4 hover:underline"
        >
          {words.home}
        </Link>
      </Empty>
      {typed.length > 0 && (
        <section aria-label={words.typed} className="mx-auto mt-8 max-w-2xl">
          <h2 className="text-xl font-semibold">{words.typed}</h2>
          <p className="mt-1 text-soft">{words.typedText}</p>
          <dl className="mt-4 space-y-3">
            {typed.map(({ place, label, text }) => (
              <div key={`${place} ${label}`} className="rounded-2xl border border-line bg-card p-4">
                <dt className="text-sm text-soft">{[place, label].filter(Boolean).join(' · ')}</dt>
                <dd className="mt-1 whitespace-pre-wrap wrap-anywhere">
                  <bdi>{text}</bdi>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </>
  )
}

const texts = textsOf({
  en: {
    title: 'The console is for operators',
    text: 'Your account is not that of a manager or an administrator. If it should be, ask an administrator for the role, then open this page again.',
    home: 'Go to your picture',
    typed: 'What you had typed',
    typedText: 'It was not sent, and nothing was done. Copy it if another operator is to go on with it.',
  },
  fr: {
    title: 'La console est réservée aux opérateurs',
    text: 'Votre compte n’est pas celui d’un gestionnaire ou d’un administrateur. S’il devait l’être, demandez ce rôle à un administrateur, puis rouvrez cette page.',
    home: 'Aller à votre photo',
    typed: 'Ce que vous aviez saisi',
    typedText:
      'Cela n’a pas été envoyé, et rien n’a été fait. Copiez-le si un autre opérateur doit continuer.',
  },
})
