import type { AvatarRow } from '../database/avatars.table.js'

/**
 * Whether If-Match names this avatar (RFC 9110 §13.1.1): `*`, its version as `"17"`, the ETag of its text, or that
 * of one of its pictures. Comparison is strong, so `W/"17"` names nothing.
 */
export function names(ifMatch: string, avatar: AvatarRow): boolean {
  if (ifMatch.trim() === '*') return true
  const picture = `"${avatar.blob_prefix.slice('avatars/'.length)}/`
  return ifMatch
    .split(',')
    .map((tag) => tag.trim())
    .some((tag) => tag === `"${avatar.version}"` || tag === etagOfText(avatar) || tag.startsWith(picture))
}

/** Of an avatar with its text: it changes with both. */
export const etagOfText = ({ version, text_revision }: AvatarRow): string =>
  `"${version}-text-${text_revision}"`
