import type { Actor } from '../database/actor.js'
import { deleteAvatarsOf, findPicturesOf } from '../database/avatars.table.js'
import { deleteKeysOfUpload } from '../database/idempotency-keys.table.js'
import { deleteLook } from '../database/looks.table.js'
import { eraseTexts, findLastChanges } from '../database/upload-events.table.js'
import { markErased } from '../database/upload-transitions.js'
import type { UploadKey } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { announce } from './announce.js'
import { assertSeen } from './assert-seen.js'
import { notifyOwner } from './notify-owner.js'
import { avatarFiles, deleteFiles, uploadFiles } from './upload-files.js'

type EraseDeps = Pick<Deps, 'db' | 'bus' | 'logger' | 'enqueue'>

/**
 * Erases everything that shows a picture that is not the avatar: its files, the rows of its variants and its texts. Its
 * row and trail stay for the audit.
 * @returns false when its status does not allow it
 * @throws Problem stale
 */
export async function eraseUpload(
  deps: EraseDeps & Pick<Deps, 'storage'>,
  upload: UploadKey,
  actor: Actor,
  ifMatch: string | undefined,
): Promise<boolean> {
  const files = await eraseRows(deps, upload, { actor, details: {}, ifMatch })
  if (!files) return false
  await deleteFiles(deps, files)
  return true
}

/**
 * The same apart from its files.
 * @returns those, which are to be deleted; undefined when its status does not allow it
 */
export async function eraseRows(
  deps: EraseDeps,
  upload: UploadKey,
  by: { actor: Actor; details: Readonly<Record<string, unknown>>; ifMatch?: string | undefined },
): Promise<string[] | undefined> {
  const erased = await deps.db.transaction().execute(async (trx) => {
    await assertSeen(trx, upload, by.ifMatch)
    const pictures = await findPicturesOf(trx, upload)
    // The addresses it had, which webhooks name to caches.
    const details = pictures.length === 0 ? by.details : { ...by.details, pictures }
    const row = await markErased(trx, upload, { actor: by.actor, details })
    if (!row) return undefined
    await eraseTexts(trx, upload)
    await deleteKeysOfUpload(trx, upload)
    await deleteLook(trx, upload)
    const changes = await findLastChanges(trx, row, 'erased')
    const tell = await notifyOwner(trx, row, by.actor, { kind: 'picture-erased', changes })
    return { row, tell, avatars: await deleteAvatarsOf(trx, upload) }
  })
  if (!erased) return undefined
  erased.tell(deps)
  announce(deps.bus, erased.row)
  return [...uploadFiles(erased.row), ...erased.avatars.flatMap(avatarFiles)]
}
