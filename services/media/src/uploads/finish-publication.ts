import { toAccounts } from '@likeness/contracts/endpoints'
import { picturesOf } from '../database/avatars.table.js'
import type { Publication, ShownAvatar } from '../database/publications.queries.js'
import { giveUpOriginal } from '../database/retention.queries.js'
import { markPublished, type Shown, type StoredVariants } from '../database/upload-transitions.js'
import type { ConfirmedRow, UploadKey, UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { announce } from './announce.js'
import { deleteFiles, originalKey } from './upload-files.js'

/**
 * Announces an upload whose variants became an avatar, and the upload that it superseded.
 * @returns the avatar, as accounts is told of it
 */
export function announceShown(
  { bus }: Pick<Deps, 'bus'>,
  row: ConfirmedRow,
  { sizes, formats }: StoredVariants,
  { isLive, superseded }: Shown,
): ShownAvatar {
  const { user_id, version } = row
  announce(bus, row)
  if (superseded) announce(bus, { id: superseded, user_id, status: 'superseded' })
  return { version, path_version: version, sizes, formats, text_revision: 0, live: isLive }
}

/**
 * Shows a rendered upload in the profile, unless a later decision was made.
 * @returns false when accounts knows no such user
 * @throws ServiceAwayError after `timeoutMs`
 */
export async function tellAccounts(
  { accounts }: Pick<Deps, 'accounts'>,
  { row, avatar, decider }: Publication & { avatar: ShownAvatar },
  options: { timeoutMs?: number } = {},
): Promise<boolean> {
  if (!avatar.live) return true
  const body = {
    ...picturesOf(avatar),
    revision: avatar.text_revision,
    uploadId: row.id,
    thumbhash: row.thumbhash,
    altText: row.alt_text,
    actor: decider,
    restored: avatar.path_version !== row.version,
  }
  return (await accounts(toAccounts.setAvatar, { params: { id: row.user_id }, body }, options)).ok
}

/** Marks an upload published once accounts knows. @returns its row; undefined when it is confirmed no more */
export async function finishPublication(deps: Deps, row: ConfirmedRow): Promise<UploadRow | undefined> {
  const published = await markPublished(deps.db, row)
  if (!published) return undefined
  if (published.hasUntoldText) deps.enqueue('tell-description', { userId: row.user_id, uploadId: row.id })
  announce(deps.bus, published.row)
  await dropOriginal(deps, row)
  return published.row
}

/** Deletes the original at once where none are kept; if this process dies first, `prune` finds it. */
async function dropOriginal(deps: Deps, upload: UploadKey): Promise<void> {
  if (deps.config.KEEP_ORIGINALS !== 0) return
  if (await giveUpOriginal(deps.db, upload)) await deleteFiles(deps, [originalKey(upload)])
}
