import type { Actor } from '../database/actor.js'
import { deleteAvatarsOf } from '../database/avatars.table.js'
import { deleteKeysOfUpload } from '../database/idempotency-keys.table.js'
import { deleteLook } from '../database/looks.table.js'
import { eraseTexts } from '../database/upload-events.table.js'
import { markErased } from '../database/upload-transitions.js'
import type { UploadKey } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { announce } from './announce.js'
import { notifyOwner } from './notify-owner.js'
import { avatarFiles, deleteFiles, uploadFiles } from './upload-files.js'

/**
 * Erases everything that shows a picture that is not the avatar: its files, the rows of its variants and its texts. Its
 * row and trail stay for the audit.
 * @returns false when its status does not allow it
 */
export async function eraseUpload(
  deps: Pick<Deps, 'db' | 'storage' | 'bus' | 'logger' | 'enqueue'>,
  upload: UploadKey,
  actor: Actor,
): Promise<boolean> {
  const erased = await deps.db.transaction().execute(async (trx) => {
    const row = await markErased(trx, upload, actor)
    if (!row) return undefined
    await eraseTexts(trx, upload)
    await deleteKeysOfUpload(trx, upload)
    await deleteLook(trx, upload)
    const tell = await notifyOwner(trx, row, actor, { kind: 'picture-erased' })
    return { row, tell, avatars: await deleteAvatarsOf(trx, upload) }
  })
  if (!erased) return false
  erased.tell(deps)
  await deleteFiles(deps, [...uploadFiles(erased.row), ...erased.avatars.flatMap(avatarFiles)])
  announce(deps.bus, erased.row)
  return true
}
