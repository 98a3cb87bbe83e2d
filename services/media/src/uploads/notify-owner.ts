import type { Changes, TellOwner } from '@likeness/contracts'
import type { Transaction } from '@likeness/runtime/database'
import type { Actor } from '../database/actor.js'
import type { Tables } from '../database/database.js'
import { insertNotice } from '../database/owner-notices.table.js'
import type { UploadKey } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'

/** What an operator did, and why if they said so: then the owner gets an e-mail, too. */
type Act = { readonly kind: TellOwner['kind']; readonly reason?: string; readonly changes?: Changes }

/**
 * Notes what an operator did to another's upload, for its owner to learn. What owners do themselves, and policies, is not
 * noted.
 * @returns tells accounts once this is committed
 */
export async function notifyOwner(
  trx: Transaction<Tables>,
  { user_id, id }: UploadKey,
  actor: Actor,
  { kind, reason, changes }: Act,
): Promise<(deps: Pick<Deps, 'enqueue'>) => void> {
  if (actor.id === null || actor.id === user_id) return () => undefined
  const notice = await insertNotice(trx, {
    user_id,
    kind,
    upload_ids: [id],
    actor_id: actor.id,
    ip: actor.ip,
    user_agent: actor.userAgent,
    reason: reason ?? null,
    by_mail: reason !== undefined,
    changes: changes ? JSON.stringify(changes) : null,
  })
  return ({ enqueue }) => enqueue('tell-owner', { userId: user_id, noticeId: notice.id })
}
