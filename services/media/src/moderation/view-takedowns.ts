import { addressOf, type Takedown } from '@likeness/contracts'
import { moderation } from '@likeness/contracts/endpoints'
import { openPage } from '@likeness/runtime/page'
import type { Handler } from '@likeness/runtime/serve'
import { countItems, findTakedown, listTakedowns, type TakedownRow } from '../database/takedowns.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'

/** `moderation.listTakedowns` */
export const listTakedownsHandler =
  (deps: Deps): Handler<typeof moderation.listTakedowns> =>
  async (request, reply) => {
    const page = openPage(request, request.query, deps.cursors)
    const rows = await listTakedowns(deps.db, { after: page.after, limit: page.rows })
    return page.answer(reply, rows, (shown) => viewTakedowns(deps, shown))
  }

/** `moderation.readTakedown` */
export const readTakedownHandler =
  (deps: Deps): Handler<typeof moderation.readTakedown> =>
  async (request) => {
    const row = await findTakedown(deps.db, request.params.id)
    if (!row) throw problem('takedown-not-found')
    return viewTakedown(deps, row)
  }

export const locationOfTakedown = (
  { config }: Pick<Deps, 'config'>,
  { id }: Pick<TakedownRow, 'id'>,
): string => `${config.PUBLIC_URL}${addressOf(moderation.readTakedown, { params: { id } })}`

/** A take-down as operators see it. */
export async function viewTakedown(deps: Pick<Deps, 'db'>, row: TakedownRow): Promise<Takedown> {
  const [view] = await viewTakedowns(deps, [row])
  if (!view) throw new Error('a row without a view')
  return view
}

async function viewTakedowns({ db }: Pick<Deps, 'db'>, rows: readonly TakedownRow[]): Promise<Takedown[]> {
  const counts = await countItems(
    db,
    rows.map((row) => row.id),
  )
  const countOf = (row: TakedownRow, outcome: keyof Takedown['uploads']) =>
    counts.find((one) => one.takedown_id === row.id && (one.outcome ?? 'waiting') === outcome)?.count ?? 0
  return rows.map((row) => ({
    id: row.id,
    at: row.at.toISOString(),
    actorId: row.actor_id,
    reason: row.reason,
    uploadId: row.upload_id,
    sha256: row.sha256,
    alike: row.alike,
    blockedImageId: row.blocked_image_id,
    finishedAt: row.finished_at?.toISOString() ?? null,
    uploads: {
      waiting: countOf(row, 'waiting'),
      withdrawn: countOf(row, 'withdrawn'),
      refused: countOf(row, 'refused'),
      held: countOf(row, 'held'),
      left: countOf(row, 'left'),
      gone: countOf(row, 'gone'),
    },
  }))
}
