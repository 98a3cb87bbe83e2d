import type { Transaction } from '@likeness/runtime/database'
import type { Actor } from '../database/actor.js'
import type { Tables } from '../database/database.js'
import { isHeld, liftHold } from '../database/holds.queries.js'
import type { UploadRow } from '../database/uploads.table.js'
import { problem } from '../problems.js'

/**
 * Under `lockUser`: refuses an owner who makes a picture the avatar again that an operator withdrew. An operator who
 * does so lifts the hold.
 * @throws Problem withdrawn-by-operator
 */
export async function assertNotHeld(
  trx: Transaction<Tables>,
  picture: Pick<UploadRow, 'user_id' | 'sha256'>,
  actor: Actor,
): Promise<void> {
  if (!(await isHeld(trx, picture))) return
  if (actor.id === picture.user_id) throw problem('withdrawn-by-operator')
  await liftHold(trx, picture, actor)
}
