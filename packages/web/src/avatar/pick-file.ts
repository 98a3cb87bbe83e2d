import { LikenessError } from '@likeness/client'
import { bytesForPeople } from '../ui/bytes.js'

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
  if (others.length > 0) {
    return new LikenessError('several-files', {
      title: 'One picture at a time',
      detail: `These are ${files.length} files: choose one.`,
    })
  }
  if (file.size === 0) {
    return new LikenessError('empty-file', {
      title: 'This file is empty',
      detail: 'It has no bytes, or it is a folder.',
    })
  }
  if (limit !== undefined && file.size > limit) {
    return new LikenessError('image-too-large', {
      title: 'This picture is too large',
      detail: `It has ${bytesForPeople(file.size)}; at most ${bytesForPeople(limit)} can be sent.`,
    })
  }
  return file
}
