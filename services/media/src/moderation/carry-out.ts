import type { Transaction } from '@likeness/runtime/database'
import { takeAvatarDown } from '../avatars/take-avatar-down.js'
import { findLiveAvatar } from '../database/avatars.table.js'
import type { Tables } from '../database/database.js'
import { markHeld } from '../database/holds.queries.js'
import { insertNotice } from '../database/owner-notices.table.js'
import { markFailed, markRejected } from '../database/refusals.queries.js'
import {
  actorOfTakedown,
  addItemsSince,
  findTakedown,
  findWaitingItems,
  findWaitingUsers,
  markFinished,
  type Outcome,
  setOutcome,
  type TakedownRow,
} from '../database/takedowns.table.js'
import { lockUser, type UploadKey, type UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { announce } from '../uploads/announce.js'
import { stagedFiles } from '../uploads/render-ahead.js'
import { deleteFiles } from '../uploads/upload-files.js'
import { refusedByOperator } from './refused-by-operator.js'

/** Uploads of one user in one transaction. */
const mostAtOnce = 50

/**
 * Takes down what a take-down lists, user by user, each in transactions of its own that also note what was done: it may be
 * run again at any point, and by several processes at once.
 * @param users at most; the rest is left to another run
 */
export async function carryOut(deps: Deps, id: string, users: number): Promise<void> {
  const act = await findTakedown(deps.db, id)
  if (!act || act.finished_at) return
  const waiting = await findWaitingUsers(deps.db, id, users)
  for (const userId of waiting) {
    while (await takeDownSome(deps, act, userId));
  }
  await markFinished(deps.db, id)
}

/** @returns whether the user may have more of them */
async function takeDownSome(deps: Deps, act: TakedownRow, userId: string): Promise<boolean> {
  const done = await deps.db.transaction().execute(async (trx) => {
    await lockUser(trx, userId)
    await addItemsSince(trx, act.id, userId)
    const items = await findWaitingItems(trx, act.id, userId, mostAtOnce)
    const changes: Change[] = []
    for (const item of items) {
      const change = await takeDownOne(trx, act, item)
      await setOutcome(trx, act.id, item, change.outcome)
      changes.push(change)
    }
    return { more: items.length === mostAtOnce, changes, notices: await tellOwner(trx, act, userId, changes) }
  })
  for (const { row, withdrawal, outcome } of done.changes) {
    if (withdrawal !== undefined) deps.enqueue('tell-withdrawal', { userId, version: withdrawal })
    if (row) announce(deps.bus, row)
    if (row && outcome === 'refused') await deleteFiles(deps, stagedFiles(row))
  }
  for (const { id } of done.notices) deps.enqueue('tell-owner', { userId, noticeId: id })
  return done.more
}

type Change = {
  readonly outcome: Outcome
  /** As it is now; absent where nothing was changed. */
  readonly row?: UploadRow | undefined
  /** The version of the withdrawal, if it was the avatar. */
  readonly withdrawal?: number
}

/** By its state now, whatever it was when it was listed: what is taken down are its bytes, which never change. */
async function takeDownOne(trx: Transaction<Tables>, act: TakedownRow, item: UploadKey): Promise<Change> {
  const actor = actorOfTakedown(act)
  const why = { reason: act.reason, takedown: act.id }
  const live = await findLiveAvatar(trx, item.user_id)
  if (live?.upload_id === item.id) {
    const { version, withdrawn } = await takeAvatarDown(trx, item.user_id, item, actor, why)
    // One's own is held too.
    const row = withdrawn?.held_at ? withdrawn : ((await markHeld(trx, item, actor, why)) ?? withdrawn)
    return { outcome: 'withdrawn', row, withdrawal: version }
  }
  const failure = refusedByOperator(act.reason)
  const by = { actor, details: why }
  const refused =
    (await markRejected(trx, item, failure, by)) ?? (await markFailed(trx, item, failure, false, by))
  if (refused) return { outcome: 'refused', row: refused }
  const held = await markHeld(trx, item, actor, why)
  return held ? { outcome: 'held', row: held } : { outcome: 'gone' }
}

/** Notes what the owner is to be told. The e-mail about their avatar, or about what was refused, says enough. */
async function tellOwner(
  trx: Transaction<Tables>,
  act: TakedownRow,
  userId: string,
  changes: readonly Change[],
) {
  if (act.actor_id === userId) return []
  const idsOf = (outcome: Outcome) =>
    changes.flatMap(({ outcome: its, row }) => (its === outcome && row ? [row.id] : []))
  const isTold = idsOf('withdrawn').length > 0
  const refused = idsOf('refused')
  const kinds = [
    { kind: 'upload-refused', upload_ids: refused, by_mail: !isTold },
    { kind: 'picture-held', upload_ids: idsOf('held'), by_mail: !isTold && refused.length === 0 },
  ] as const
  const notices = []
  for (const { kind, upload_ids, by_mail } of kinds) {
    if (upload_ids.length === 0) continue
    const { actor_id, ip, user_agent, reason } = act
    const by = { actor_id, ip, user_agent, reason }
    notices.push(await insertNotice(trx, { ...by, user_id: userId, kind, upload_ids, by_mail }))
  }
  return notices
}
