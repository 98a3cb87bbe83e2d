import type { TakeDown } from '@likeness/contracts'
import type { moderation } from '@likeness/contracts/endpoints'
import { mirroredLook } from '@likeness/images'
import { callerOf } from '@likeness/runtime/caller'
import type { Database } from '@likeness/runtime/database'
import { newId } from '@likeness/runtime/ids'
import { invalid } from '@likeness/runtime/judge-requests'
import { openPage } from '@likeness/runtime/page'
import type { Handler, RequestTo } from '@likeness/runtime/serve'
import { insertAuditEvent, type RankedActor } from '@likeness/runtime/trail/audit-events'
import { noteReading } from '@likeness/runtime/trail/operators'
import { blockImage } from '../database/blocked-images.table.js'
import type { Tables } from '../database/database.js'
import { findLook, lockLooks } from '../database/looks.table.js'
import {
  digestUses,
  findAlike,
  insertItems,
  listUses,
  type Wanted,
} from '../database/picture-uses.queries.js'
import {
  findRepeated,
  findTakedown,
  insertTakedown,
  lockTakedowns,
  noteBlock,
} from '../database/takedowns.table.js'
import { findAnyUpload, keepsFiles, type UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { actorOf } from '../uploads/actor-of.js'
import { carryOut } from './carry-out.js'
import { findPicture } from './find-picture.js'
import { locationOfTakedown, viewTakedown } from './view-takedowns.js'

/** Bits in which a look may differ where someone blocks a picture and does not say (ADR 32 has the measurements). */
const usualDistance = 8
/** More alike pictures than this are none: the distance is too large. */
const mostAlike = 10_000
/** Users whose uploads are taken down before the answer; a job does the rest. */
const usersAtOnce = 25

type Asked = {
  readonly picture: UploadRow
  readonly look: string | undefined
  readonly alike: number | undefined
}

/** `moderation.takeDown`: lists every use of a picture, or takes down what was listed. */
export const takeDownHandler =
  (deps: Deps): Handler<typeof moderation.takeDown> =>
  async (request, reply) => {
    const { body, query } = request
    assertWhole(body, query.dryRun)
    const picture = await findNamed(deps, body)
    const asked = {
      picture,
      look: await findLook(deps.db, picture),
      alike: body.alike ?? (body.block ? usualDistance : undefined),
    }
    if (query.dryRun) return reply.code(200).send(await listFor(deps, request, reply, asked))
    const { reason = '', seen = '', block, except } = body
    const id = await decide(
      deps,
      asked,
      { ...actorOf(request), role: callerOf(request).role },
      { reason, seen, block, except },
    )
    deps.enqueue('take-down', { takedownId: id })
    await carryOut(deps, id, usersAtOnce)
    const row = await findTakedown(deps.db, id)
    if (!row) throw problem('takedown-not-found')
    return reply
      .header('location', locationOfTakedown(deps, row))
      .code(201)
      .send(await viewTakedown(deps, row))
  }

/** @throws Problem validation-failed, with every fault at once */
function assertWhole({ address, uploadId, reason, seen }: TakeDown, dryRun: boolean): void {
  const faults = [
    ...(address === undefined && uploadId === undefined
      ? [{ path: 'address', code: 'required' } as const]
      : []),
    ...(address !== undefined && uploadId !== undefined
      ? [{ path: 'uploadId', code: 'not-both', parameters: { other: 'address' } } as const]
      : []),
    ...(!dryRun && reason === undefined ? [{ path: 'reason', code: 'required' } as const] : []),
    ...(!dryRun && seen === undefined ? [{ path: 'seen', code: 'required' } as const] : []),
  ]
  if (faults.length > 0) throw invalid(faults)
}

async function findNamed(deps: Deps, { address, uploadId }: TakeDown): Promise<UploadRow> {
  if (address !== undefined) return findPicture(deps, address)
  const row = await findAnyUpload(deps.db, uploadId ?? '')
  if (!row) throw problem('upload-not-found')
  return row
}

/** @throws Problem too-many-alike */
async function wantedBy(db: Database<Tables>, { picture, look, alike }: Asked): Promise<Wanted> {
  const { sha256 } = picture
  if (look === undefined || alike === undefined) return { sha256, alike: [] }
  const found = await findAlike(db, { own: look, mirrored: mirroredLook(look) }, alike, mostAlike + 1)
  if (found.length > mostAlike) throw problem('too-many-alike', { parameters: { limit: mostAlike } })
  return { sha256, alike: found }
}

async function listFor(
  deps: Deps,
  request: RequestTo<typeof moderation.takeDown>,
  reply: Parameters<Handler<typeof moderation.takeDown>>[1],
  asked: Asked,
) {
  const { picture, look, alike } = asked
  await noteReading(deps.db, request, {
    action: 'uses-listed',
    userId: null,
    uploadId: picture.id,
    details: { alike: alike ?? null, ...(request.query.cursor !== undefined && { continued: true }) },
  })
  // A cursor belongs to one picture and distance.
  const page = openPage(request, { ...request.query, ...{ of: picture.id, alike } }, deps.cursors)
  const [distance = '', id = ''] = page.after?.split(' ') ?? []
  const after = page.after === undefined ? undefined : { distance: Number(distance), id }
  const found = await listUses(deps.db, await wantedBy(deps.db, asked), { after, limit: page.rows })
  const rows = found.rows.map((row) => ({ use: row, id: `${row.distance} ${row.id}` }))
  const { items, nextCursor } = await page.answer(reply, rows, (shown) =>
    shown.map(({ use }) => ({
      uploadId: use.id,
      userId: use.user_id,
      status: use.status,
      act: use.act,
      sha256: use.sha256,
      distance: use.distance,
      version: use.version,
      uploadedAt: new Date(use.uploaded_at).toISOString(),
      previewUrl: use.prepared_at && keepsFiles(use.status) ? deps.previews.urlOf(use.id) : null,
    })),
  )
  return {
    uploadId: picture.id,
    sha256: picture.sha256,
    alike: look === undefined ? null : (alike ?? null),
    hasLook: look !== undefined,
    total: found.total,
    toTakeDown: found.to_take_down,
    users: found.users,
    seen: found.seen,
    items,
    nextCursor,
  }
}

type Act = {
  readonly reason: string
  readonly seen: string
  readonly block: boolean
  readonly except: readonly string[]
}

/**
 * Commits a take-down: what it takes down, and the entry of the deny-list, if what was listed is still so. The uploads
 * follow, each user's in a transaction of its own.
 * @returns its id; that of the same act by the same person, when this one repeats it
 * @throws Problem changed-meanwhile, nothing-to-take-down
 */
function decide(
  deps: Deps,
  asked: Asked,
  actor: RankedActor,
  { reason, seen, block, except }: Act,
): Promise<string> {
  const { picture, look, alike } = asked
  const { sha256 } = picture
  return deps.db.transaction().execute(async (trx) => {
    await lockTakedowns(trx)
    if (block) await lockLooks(trx)
    const before = await findRepeated(trx, { seen, sha256 })
    const isRepeated = before?.actor_id === actor.id
    // What it takes down may look as it did, until that is done.
    if (before?.finished_at === null) {
      if (isRepeated) return before.id
      throw problem('changed-meanwhile')
    }
    const wanted = await wantedBy(trx, asked)
    const now = await digestUses(trx, wanted)
    if (now.seen !== seen) {
      if (before && isRepeated) return before.id
      throw problem('changed-meanwhile')
    }
    if (now.to_take_down === 0 && !block) throw problem('nothing-to-take-down')
    const id = newId()
    await insertTakedown(trx, {
      id,
      actor_id: actor.id,
      ip: actor.ip,
      user_agent: actor.userAgent,
      reason,
      upload_id: picture.id,
      sha256,
      alike: look === undefined ? null : (alike ?? null),
      seen,
    })
    await insertItems(trx, id, wanted, except)
    const about = { userId: picture.user_id, uploadId: picture.id }
    await insertAuditEvent(trx, actor, {
      action: 'picture-taken-down',
      ...about,
      details: { takedown: id, reason, uploads: now.to_take_down },
    })
    if (block) {
      const distance = alike ?? usualDistance
      const entry = { sha256, look, distance, reason, actor_id: actor.id, takedown_id: id }
      const blockedImage = await blockImage(trx, entry)
      await noteBlock(trx, id, blockedImage)
      const details = { blockedImage, distance, reason }
      const changes = { blocked: { before: false, after: true } }
      await insertAuditEvent(trx, actor, { action: 'image-blocked', ...about, changes, details })
    }
    return id
  })
}
