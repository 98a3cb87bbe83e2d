import type { Transaction } from '@likeness/runtime/database'
import type { MediaConfig } from '../config.js'
import { findAllPictures } from '../database/avatars.table.js'
import type { Tables } from '../database/database.js'
import { isErasureDone } from '../database/erased-users.table.js'
import { findPerson } from '../database/people.table.js'
import { deleteWebhookEventsOf, insertWebhookEvents, lockCursor } from '../database/webhook-events.table.js'
import { addressesOf, nameOf } from './addresses.js'

/**
 * Before the rows of a person go: nothing else that happened to them is told, and webhooks learn that they left. The job of
 * an erasure may run again, which tells nobody a second time.
 */
export async function tellErased(
  config: MediaConfig,
  trx: Transaction<Tables>,
  userId: string,
): Promise<void> {
  if (await isErasureDone(trx, userId)) return
  await lockCursor(trx)
  await deleteWebhookEventsOf(trx, userId)
  const name = nameOf(config, userId, await findPerson(trx, userId))
  const purge = addressesOf(config, name, await findAllPictures(trx, userId))
  await insertWebhookEvents(trx, [
    { type: 'person.erased', user_id: userId, seq: null, at: new Date(), data: { ...name, purge } },
  ])
}
