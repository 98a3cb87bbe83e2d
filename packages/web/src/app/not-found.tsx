import { Link } from 'wouter'
import { textsOf, useTexts } from '../language/texts.js'
import { Empty } from '../ui/empty.js'

/** An address that leads nowhere. */
export function NotFound() {
  const words = useTexts(texts)
  return (
    <Empty title={words.title} isPage>
      <p>{words.text}</p>
      <Link href="/" className="font-medium text-accent underline-offset-4 hover:underline">
        {words.home}
      </Link>
    </Empty>
  )
}

const texts = textsOf({
  en: { title: 'Nothing here', text: 'The address may be mistyped or old.', home: 'Go to your picture' },
  fr: {
    title: 'Il n’y a rien ici',
    text: 'L’adresse est peut-être mal saisie ou ancienne.',
    home: 'Aller à votre photo',
  },
})
