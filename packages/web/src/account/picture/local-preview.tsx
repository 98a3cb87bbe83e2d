import { useState } from 'react'
import { textsOf, useTexts } from '../../language/texts.js'
import { useObjectUrl } from '../../ui/use-object-url.js'

/** The picture as this browser shows it, before the server has seen it; or why it cannot. */
export function LocalPreview({ file }: { file: File }) {
  const words = useTexts(texts)
  const url = useObjectUrl(file)
  const [isUnreadable, setIsUnreadable] = useState(false)
  if (isUnreadable) {
    return (
      <p className="absolute inset-x-4 top-4 text-center text-sm text-soft">
        {words.unreadable(isHeic(file))}
      </p>
    )
  }
  return (
    url && (
      <img
        src={url}
        alt=""
        onError={() => setIsUnreadable(true)}
        className="absolute inset-0 size-full object-contain opacity-60"
      />
    )
  )
}

/** Only Safari shows HEIC. */
const isHeic = ({ name, type }: File) => /^image\/hei[cf]/.test(type) || /\.hei[cf]$/i.test(name)

const texts = textsOf({
  en: {
    unreadable: (isHeic: boolean): string =>
      isHeic
        ? 'This browser does not show HEIC pictures. The preview comes from the server in a moment.'
        : 'This browser does not show it. The preview comes from the server in a moment.',
  },
  fr: {
    unreadable: (isHeic: boolean): string =>
      isHeic
        ? 'Ce navigateur n’affiche pas les photos HEIC. L’aperçu arrive du serveur dans un instant.'
        : 'Ce navigateur ne l’affiche pas. L’aperçu arrive du serveur dans un instant.',
  },
})
