import type { Transaction } from '@likeness/runtime/database'
import { isExpected } from '@likeness/runtime/entity-tags'
import { type AvatarRow, uploadOf } from '../database/avatars.table.js'
import type { Tables } from '../database/database.js'
import { problem } from '../problems.js'
import { assertSeen } from '../uploads/assert-seen.js'

/**
 * Lets a change be made only to the avatar that was seen: `If-Match` is absent, or names it by its version as `"17"`, by
 * the entity tag of its text, of one of its pictures, or of its upload.
 * @throws Problem stale
 */
export async function assertAvatarSeen(
  trx: Transaction<Tables>,
  ifMatch: string | undefined,
  avatar: AvatarRow | undefined,
): Promise<void> {
  if (isAvatarExpected(ifMatch, avatar)) return
  if (!avatar) throw problem('stale')
  await assertSeen(trx, uploadOf(avatar), ifMatch)
}

function isAvatarExpected(ifMatch: string | undefined, avatar: AvatarRow | undefined): boolean {
  if (!avatar) return ifMatch === undefined
  const picture = `"${tagPathOf(avatar)}/`
  const own = [`"${avatar.version}"`, tagOfText(avatar)]
  return isExpected(ifMatch, (tag) => own.includes(tag) || tag.startsWith(picture))
}

/** The entity tag of a stored picture: what is under an address never changes. */
export const tagOfPicture = (avatar: AvatarRow, file: string): string => `"${tagPathOf(avatar)}/${file}"`

const tagPathOf = ({ user_id, path_version }: AvatarRow): string => `${user_id}/${path_version}`

/** The entity tag of an avatar with its text: it changes with both. */
export const tagOfText = ({ version, text_revision }: AvatarRow): string =>
  `"${version}-text-${text_revision}"`
