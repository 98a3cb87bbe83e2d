import { IdParams, ProblemBody, Upload } from '@likeness/contracts'
import { callerOf, type Server } from '@likeness/runtime'
import { liftHold } from '../database/holds.queries.js'
import { lockUser } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { actorOf } from './actor-of.js'
import { findUploadFor } from './find-upload.js'
import { viewUpload } from './upload-view.js'

/** POST /v1/uploads/:id/lift-hold: what an operator withdrew, its owner may restore again. */
export function liftHoldRoute(server: Server, deps: Deps): void {
  server.post(
    '/v1/uploads/:id/lift-hold',
    {
      schema: {
        summary: 'Let the owner restore what an operator withdrew',
        description: 'It stays withdrawn. An operator who restores it lifts that too.',
        tags: ['uploads'],
        security: [{ accessToken: [] }],
        params: IdParams,
        response: { 200: Upload, '4xx': ProblemBody },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const row = await findUploadFor(deps, caller, request.params.id)
      // Nobody lifts what was decided about their own picture.
      if (row.user_id === caller.id) throw problem('forbidden')
      await deps.db.transaction().execute(async (trx) => {
        await lockUser(trx, row.user_id)
        await liftHold(trx, row, actorOf(request))
      })
      return viewUpload(deps, await findUploadFor(deps, caller, row.id))
    },
  )
}
