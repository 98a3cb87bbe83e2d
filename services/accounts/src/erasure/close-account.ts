import { randomBytes } from 'node:crypto'
import { addressOf, type StartedErasure } from '@likeness/contracts'
import { me } from '@likeness/contracts/endpoints'
import type { Transaction } from '@likeness/runtime/database'
import { newId } from '@likeness/runtime/ids'
import { hashOfToken } from '../credentials/one-time-tokens.js'
import type { Origin } from '../database/activities.table.js'
import type { Tables } from '../database/database.js'
import { type ErasureRow, insertErasure } from '../database/erasures.table.js'
import { deleteInboxMessages } from '../database/inbox.table.js'
import type { Person } from '../database/people.queries.js'
import { forgetSessions } from '../database/sessions.table.js'
import { deleteUser } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { queueNotice } from '../mail/queue-mail.js'
import { assertAnotherAdmin } from '../users/assert-another-admin.js'
import { viewErasure } from './read-erasure.js'

export type ClosedAccount = {
  readonly erasure: ErasureRow
  /** Opens `GET /v1/erasures/:id`; only its hash is kept. */
  readonly token: string
  readonly mailId: string
}

/**
 * Deletes the account and everything personal here, and frees its name and address, in one transaction. The record that
 * stays says that some account was closed, when, by whom and why.
 * @param trx holds the rows of the person
 * @param by `actor_id` is null for the person themselves
 * @throws Problem `last-admin`
 */
export async function closeAccount(
  trx: Transaction<Tables>,
  person: Person,
  by: Pick<ErasureRow, 'actor_id' | 'reason'>,
  origin: Origin,
): Promise<ClosedAccount> {
  await assertAnotherAdmin(trx, person.id)
  const token = randomBytes(32).toString('base64url')
  const erasure = await insertErasure(trx, {
    ...by,
    id: newId(),
    user_id: person.id,
    token_hash: hashOfToken(token),
  })
  await forgetSessions(trx, person.id)
  await deleteInboxMessages(trx, person.email)
  await deleteUser(trx, person.id)
  const mailId = await queueNotice(trx, 'account-closed', { ...person, id: null }, origin)
  return { erasure, token, mailId }
}

/** Follows the commit: tokens stop working, media erases. Returns the answer and its location. */
export async function startErasure(
  deps: ApiDeps,
  { erasure, token, mailId }: ClosedAccount,
): Promise<{ location: string; body: StartedErasure }> {
  await deps.ended.look()
  deps.enqueue('erase-user', { erasureId: erasure.id })
  deps.enqueue('send-mail', { mailId })
  return {
    location: addressOf(me.readErasure, { params: { id: erasure.id }, query: { token } }),
    body: { ...viewErasure(erasure), token },
  }
}
