import type { FieldFault } from '@likeness/contracts'
import type { history } from '@likeness/contracts/endpoints'
import { acceptedType } from '@likeness/runtime/accepted-type'
import { callerOf } from '@likeness/runtime/caller'
import { openPage } from '@likeness/runtime/page'
import type { Handler } from '@likeness/runtime/serve'
import { filtersOf } from '@likeness/runtime/trail/audit-events'
import { noteReading } from '@likeness/runtime/trail/operators'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { exportFormats } from './export-formats.js'
import type { HistoryExports } from './export-history.js'
import { findHistory, viewHistory } from './find-history.js'

/** `history.list`: the uploads of all users, a page of them as JSON or all of them as a stream. */
export const listHistoryHandler =
  (deps: Deps, exports: HistoryExports): Handler<typeof history.list> =>
  async (request, reply) => {
    const { query, headers } = request
    const type = acceptedType(headers.accept, ['application/json', 'text/csv', 'application/x-ndjson'])
    if (type !== 'application/json') {
      assertWhole(request.url)
      await noteReading(deps.db, request, {
        action: 'history-exported',
        userId: query.userId ?? null,
        details: { ...filtersOf(query), type },
      })
      const format = exportFormats[type]
      const stream = await exports.open(query, format, callerOf(request))
      reply.type(format.type)
      reply.header('content-disposition', `attachment; filename="history.${format.extension}"`)
      return reply.code(200).send(stream)
    }
    const page = openPage(request, query, deps.cursors)
    await noteReading(deps.db, request, {
      action: 'history-listed',
      userId: query.userId ?? null,
      details: filtersOf(query),
    })
    const read = await findHistory(deps, query)
    const { rows, rest } = await read({ after: page.after, limit: query.limit })
    return page.answerUpTo(reply, await viewHistory(deps, rows), rest)
  }

/** @throws Problem `validation-failed` */
function assertWhole(url: string): void {
  const given = new URLSearchParams(url.split('?')[1])
  const errors = ['limit', 'cursor']
    .filter((name) => given.has(name))
    .map((path): FieldFault => ({ path, code: 'not-of-an-export' }))
  if (errors.length > 0) throw problem('validation-failed', { errors })
}
