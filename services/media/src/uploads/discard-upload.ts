import { IdParams, ProblemBody } from '@likeness/contracts'
import { callerOf, type Server } from '@likeness/runtime'
import { z } from 'zod'
import type { Actor } from '../database/upload-events.table.js'
import { discardPending } from '../database/upload-transitions.js'
import { findUpload, type UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { announce } from './announce.js'
import { closedProblem } from './closed-problem.js'
import { findUploadFor } from './find-upload.js'
import { deleteFiles, uploadFiles } from './upload-files.js'

/** DELETE /v1/uploads/:id: cancel instead of confirming. */
export function discardUploadRoute(server: Server, deps: Deps): void {
  server.delete(
    '/v1/uploads/:id',
    {
      schema: {
        summary: 'Discard a pending upload',
        tags: ['uploads'],
        security: [{ accessToken: [] }],
        params: IdParams,
        response: { 204: z.null(), '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const row = await findUploadFor(deps, caller, request.params.id)
      await discardUpload(deps, row, { id: caller.id, ip: request.ip })
      return reply.code(204).send(null)
    },
  )
}

/**
 * Discards a pending upload and deletes its files; doing so again is a quiet success.
 * @throws Problem upload-expired, upload-rejected, upload-is-live, not-pending
 */
export async function discardUpload(deps: Deps, seen: UploadRow, actor: Actor): Promise<void> {
  const discarded = await discardPending(deps.db, { userId: seen.user_id, id: seen.id }, actor)
  if (discarded) {
    await deleteFiles(deps, uploadFiles(discarded))
    await announce(deps.bus, discarded)
    return
  }
  const now = await findUpload(deps.db, seen.id, seen.user_id)
  if (!now) throw problem('upload-not-found')
  if (now.status === 'discarded') return
  if (now.status === 'published') throw problem('upload-is-live')
  throw closedProblem(now) ?? problem('not-pending', { status: now.status })
}
