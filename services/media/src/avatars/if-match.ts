import { isExpected } from '@likeness/runtime/entity-tags'
import type { AvatarRow } from '../database/avatars.table.js'

/**
 * Whether a change may be made to this avatar: `If-Match` is absent, or names it by its version as `"17"`, by the
 * entity tag of its text, or by that of one of its pictures.
 */
export function isAvatarExpected(ifMatch: string | undefined, avatar: AvatarRow | undefined): boolean {
  if (!avatar) return ifMatch === undefined
  const picture = `"${avatar.blob_prefix.slice('avatars/'.length)}/`
  const own = [`"${avatar.version}"`, tagOfText(avatar)]
  return isExpected(ifMatch, (tag) => own.includes(tag) || tag.startsWith(picture))
}

/** The entity tag of an avatar with its text: it changes with both. */
export const tagOfText = ({ version, text_revision }: AvatarRow): string =>
  `"${version}-text-${text_revision}"`
