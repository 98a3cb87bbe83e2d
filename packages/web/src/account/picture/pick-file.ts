import { LikenessError } from '@likeness/client'
import { formatsIn } from '../../language/format.js'
import { currentLanguage } from '../../language/language.js'
import { textsNow, textsOf } from '../../language/texts.js'

/** The formats to offer; the server decides from its bytes what a file really is. */
export const ACCEPTED_TYPES =
  'image/jpeg,image/png,image/webp,image/gif,image/avif,image/heic,image/heif,image/bmp'

/**
 * The one file of a drop, a paste or a choice, or why it cannot be sent; undefined when there is none.
 * @param limit largest size in bytes the server takes, when it is known
 */
export function pickFile(
  files: readonly File[],
  limit: number | undefined,
): File | LikenessError | undefined {
  const [file, ...others] = files
  if (file === undefined) return undefined
  const words = textsNow(texts)
  const { number, bytes } = formatsIn(currentLanguage())
  if (others.length > 0) {
    return new LikenessError('several-files', words.several(number(files.length)))
  }
  if (file.size === 0) return new LikenessError('empty-file', words.empty)
  if (limit !== undefined && file.size > limit) {
    return new LikenessError('image-too-large', words.tooLarge(bytes(file.size), bytes(limit)))
  }
  return file
}

const texts = textsOf({
  en: {
    several: (count: string) => ({
      title: 'One picture at a time',
      detail: `These are ${count} files: choose one.`,
    }),
    empty: { title: 'This file is empty', detail: 'It has no bytes, or it is a folder.' },
    tooLarge: (size: string, limit: string) => ({
      title: 'This picture is too large',
      detail: `It has ${size}; at most ${limit} can be sent.`,
    }),
  },
  fr: {
    several: (count: string) => ({
      title: 'Une photo à la fois',
      detail: `Il y a ${count} fichiers : choisissez-en un.`,
    }),
    empty: { title: 'Ce fichier est vide', detail: 'Il n’a aucun octet, ou c’est un dossier.' },
    tooLarge: (size: string, limit: string) => ({
      title: 'Cette photo est trop lourde',
      detail: `Elle fait ${size} ; au plus ${limit} peuvent être envoyés.`,
    }),
  },
})
