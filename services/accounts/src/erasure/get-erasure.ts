import { timingSafeEqual } from 'node:crypto'
import { Erasure, ErasureQuery, IdParams, ProblemBody } from '@likeness/contracts'
import type { Server } from '@likeness/runtime'
import { type ErasureRow, findErasure } from '../database/erasures.table.js'
import type { ApiDeps } from '../deps.js'
import { hashOfToken } from '../emails/one-time-tokens.js'
import { problem } from '../problems.js'

/** GET /v1/erasures/:id?token=: how far the erasure of a closed account is. */
export function getErasureRoute(server: Server, deps: ApiDeps): void {
  server.get(
    '/v1/erasures/:id',
    {
      schema: {
        tags: ['me'],
        summary: 'How far the erasure of a closed account is',
        params: IdParams,
        querystring: ErasureQuery,
        response: { 200: Erasure, '4xx': ProblemBody },
      },
    },
    async (request) => {
      const erasure = await findErasure(deps.db, request.params.id)
      if (!erasure || !timingSafeEqual(erasure.token_hash, hashOfToken(request.query.token))) {
        throw problem('erasure-not-found')
      }
      return viewErasure(erasure)
    },
  )
}

export const viewErasure = (row: ErasureRow): Erasure => ({
  id: row.id,
  status: row.completed_at ? 'complete' : 'erasing',
  accounts: 'erased',
  media: row.completed_at ? 'erased' : 'erasing',
  requestedAt: row.requested_at.toISOString(),
  completedAt: row.completed_at?.toISOString() ?? null,
})
