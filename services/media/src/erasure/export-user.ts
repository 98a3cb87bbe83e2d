import { IdParams, MediaExport, ProblemBody } from '@likeness/contracts'
import type { Server } from '@likeness/runtime'
import { BlobNotFoundError } from '@likeness/storage'
import { z } from 'zod'
import { listEvents } from '../database/upload-events.table.js'
import { listUploads } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { Picture } from '../pictures.js'
import { problem } from '../problems.js'
import { viewEvent } from '../uploads/event-view.js'
import { viewUploads } from '../uploads/upload-view.js'

const everything = { status: undefined, erased: true, after: undefined, limit: Number.MAX_SAFE_INTEGER }

/** GET /internal/users/:id/export: all that media holds on a user, the names of the files included. */
export function exportUserRoute(server: Server, deps: Deps): void {
  server.get(
    '/internal/users/:id/export',
    { schema: { hide: true, params: IdParams, response: { 200: MediaExport, '4xx': ProblemBody } } },
    async (request) => exportUser(deps, request.params.id),
  )
}

/** GET /internal/users/:id/files?path=: the bytes of one file that the export names. */
export function exportFileRoute(server: Server, deps: Deps): void {
  server.get(
    '/internal/users/:id/files',
    {
      schema: {
        hide: true,
        params: IdParams,
        querystring: z.object({
          path: z.string().regex(/^(uploads|avatars)(\/[0-9a-z][0-9a-z.-]{0,80}){1,2}$/),
        }),
        response: { 200: Picture, '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      const [kind, ...rest] = request.query.path.split('/')
      const key = [kind, request.params.id, ...rest].join('/')
      const bytes = await deps.storage.get(key).catch((error: unknown) => {
        throw error instanceof BlobNotFoundError ? problem('not-found') : error
      })
      return reply.type('application/octet-stream').send(bytes)
    },
  )
}

async function exportUser(deps: Deps, userId: string): Promise<MediaExport> {
  const rows = await listUploads(deps.db, userId, everything)
  const views = await viewUploads(deps, rows)
  const events = await eventsByUpload(deps, userId)
  const files: MediaExport['files'] = []
  for (const kind of ['uploads', 'avatars']) {
    const prefix = `${kind}/${userId}/`
    for await (const { key, bytes } of deps.storage.list(prefix)) {
      files.push({ path: `${kind}/${key.slice(prefix.length)}`, bytes })
    }
  }
  return { uploads: views.map((view) => ({ ...view, events: events.get(view.id) ?? [] })), files }
}

async function eventsByUpload(deps: Deps, userId: string) {
  const byUpload = new Map<string, MediaExport['uploads'][number]['events']>()
  for (const event of await listEvents(deps.db, userId)) {
    const list = byUpload.get(event.upload_id) ?? []
    byUpload.set(event.upload_id, list)
    list.push(viewEvent(event))
  }
  return byUpload
}
