import { type AvatarFlow, LikenessError } from '@likeness/client'
import { fill, type Texts } from '../texts.js'

/** The formats to offer; the server decides from its bytes what a file really is. */
export const ACCEPTED_TYPES =
  'image/jpeg,image/png,image/webp,image/gif,image/avif,image/heic,image/heif,image/bmp'

/** Sends the one file of a choice, a drop or a paste, or tells why it cannot be sent. */
export function takeFile(flow: AvatarFlow, files: Iterable<File>, texts: Texts): void {
  const { limit } = flow.getSnapshot()
  const [file, ...others] = files
  const refuse = (code: string, title: string) => flow.refuse(new LikenessError(code, { title }))
  if (!file) return
  if (others.length > 0) refuse('several-files', texts.several)
  else if (file.size === 0) refuse('empty-file', texts.empty)
  else if (limit !== undefined && file.size > limit) {
    const sizes = { has: megabytes(file.size, texts), size: megabytes(limit, texts) }
    refuse('image-too-large', fill(texts.tooLarge, sizes))
  } else flow.pick(file)
}

/** Rounded up, so that what is too large never looks as if it fitted. */
export const megabytes = (bytes: number, { language }: Texts): string =>
  (Math.ceil((bytes / 1024 / 1024) * 10) / 10).toLocaleString(language)
