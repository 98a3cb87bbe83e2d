import type { MediaExport } from '@likeness/contracts'
import type { toMedia } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { BlobNotFoundError } from '@likeness/storage'
import { listEvents } from '../database/upload-events.table.js'
import { listFileIds, listUploads } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { viewOwnEvent } from '../uploads/event-view.js'
import { uploadIdOf, uploadPrefix, variantOf, variantsPrefix } from '../uploads/upload-files.js'
import { viewUploads } from '../uploads/upload-view.js'

const everything = {
  status: undefined,
  erased: true,
  after: undefined,
  limit: Number.MAX_SAFE_INTEGER,
} as const

/** `toMedia.exportUser`: everything that media holds on a user, and the names of their files. */
export const exportUserHandler =
  (deps: Deps): Handler<typeof toMedia.exportUser> =>
  (request) =>
    exportUser(deps, request.params.id)

/** `toMedia.readFile`: the bytes of one file that the export names. */
export const exportFileHandler =
  (deps: Deps): Handler<typeof toMedia.readFile> =>
  async (request, reply) => {
    const key = request.query.path
    const id = uploadIdOf(key) ?? variantOf(key)?.id
    const ids = await listFileIds(deps.db, request.params.id)
    if (id === undefined || !ids.includes(id)) throw problem('not-found')
    const bytes = await deps.storage.get(key).catch((error: unknown) => {
      throw error instanceof BlobNotFoundError ? problem('not-found') : error
    })
    return reply.type('application/octet-stream').code(200).send(bytes)
  }

/** Everything that media holds on a user. */
export async function exportUser(deps: Deps, userId: string): Promise<MediaExport> {
  const rows = await listUploads(deps.db, userId, everything)
  const views = await viewUploads(deps, rows)
  const events = await eventsByUpload(deps, userId)
  const files: MediaExport['files'] = []
  for (const id of await listFileIds(deps.db, userId)) {
    for (const prefix of [uploadPrefix(id), variantsPrefix(id)]) {
      for await (const { key, bytes } of deps.storage.list(prefix)) files.push({ path: key, bytes })
    }
  }
  return { uploads: views.map((view) => ({ ...view, events: events.get(view.id) ?? [] })), files }
}

async function eventsByUpload(deps: Deps, userId: string) {
  const byUpload = new Map<string, MediaExport['uploads'][number]['events']>()
  for (const event of await listEvents(deps.db, userId)) {
    const list = byUpload.get(event.upload_id) ?? []
    byUpload.set(event.upload_id, list)
    list.push(viewOwnEvent(event))
  }
  return byUpload
}
