import type { Transaction } from '@likeness/runtime/database'
import type { Actor } from '../database/actor.js'
import { unsetLive } from '../database/avatars.table.js'
import type { Tables } from '../database/database.js'
import { markWithdrawn } from '../database/holds.queries.js'
import type { UploadKey, UploadRow } from '../database/uploads.table.js'
import { insertWithdrawal } from '../database/withdrawals.table.js'

/**
 * Under `lockUser`: leaves a user without an avatar, and notes that accounts has to be told (`tell-withdrawal`).
 * @param upload the picture that it shows, if any
 * @returns the version of the withdrawal, and the upload as it is now if this changed it
 */
export async function takeAvatarDown(
  trx: Transaction<Tables>,
  userId: string,
  upload: UploadKey | undefined,
  actor: Actor & { id: string },
  why: { reason?: string; takedown?: string },
): Promise<{ version: number; withdrawn: UploadRow | undefined }> {
  await unsetLive(trx, userId)
  const version = await insertWithdrawal(trx, {
    user_id: userId,
    upload_id: upload?.id ?? null,
    actor_id: actor.id,
    ip: actor.ip,
    user_agent: actor.userAgent,
    reason: why.reason ?? null,
  })
  const withdrawn = upload && (await markWithdrawn(trx, upload, actor, { by: version, ...why }))
  return { version, withdrawn }
}
