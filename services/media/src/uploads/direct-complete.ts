import { createHash } from 'node:crypto'
import type { uploads } from '@likeness/contracts/endpoints'
import { callerOf } from '@likeness/runtime/caller'
import { Problem } from '@likeness/runtime/problem'
import type { Handler } from '@likeness/runtime/serve'
import { BlobNotFoundError, type BlobStore } from '@likeness/storage'
import type { Actor } from '../database/actor.js'
import { type DirectUploadRow, findDirectUpload, takeDirectUpload } from '../database/direct-uploads.table.js'
import { isErased } from '../database/erased-users.table.js'
import { refuseDirectUpload } from '../database/refused-uploads.table.js'
import { insertUpload, lockUser, type NewUpload, type UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { prepareJob } from '../queue.js'
import type { InFlight } from '../receiving/in-flight.js'
import { actorOf } from './actor-of.js'
import { findDirectUploadFor, findUploadFor } from './find-upload.js'
import { probeImage } from './probe-image.js'
import { storeOriginal } from './store-original.js'
import { deleteFiles, directKey, originalKey } from './upload-files.js'
import { locationOf, viewUpload } from './upload-view.js'

/** `uploads.completeDirect`: the bytes of a direct upload have arrived. */
export const completeDirectUploadHandler =
  (deps: Deps, inFlight: InFlight): Handler<typeof uploads.completeDirect> =>
  async (request, reply) => {
    const caller = callerOf(request)
    const { id } = request.params
    const direct = await findDirectUploadFor(deps, caller, id)
    const actor = actorOf(request)
    const row =
      direct &&
      (await inFlight.hold(caller.id, async (held) => {
        held.take(direct.bytes)
        return completeDirectUpload(deps, direct, actor)
      }))
    if (!row) return viewUpload(deps, await findUploadFor(deps, caller, id))
    reply.code(201).header('location', locationOf(deps, row))
    return viewUpload(deps, row)
  }

/**
 * Makes an upload of bytes that went straight to the storage, if they are those that were announced. The checked copy
 * is what is staged, because the form can be sent again until it expires.
 * @returns undefined when another request completed it
 * @throws Problem upload-expired, blocked-image, direct-upload-missing, direct-upload-mismatch, those of `storeOriginal`, and those of
 * `probeImage`, after which the announcement is void
 */
async function completeDirectUpload(
  deps: Deps,
  direct: DirectUploadRow,
  actor: Actor,
): Promise<UploadRow | undefined> {
  if (direct.expires_at <= new Date()) throw problem('upload-expired')
  const announced = await readAnnounced(deps.storage, direct).catch(async (error: unknown) => {
    // Another request that completed it in the meantime has deleted the bytes.
    if (await findDirectUpload(deps.db, direct)) throw error
    return undefined
  })
  if (!announced) return undefined
  const { user_id, id, original_filename, bytes, sha256 } = direct
  try {
    const header = await probeImage(deps.config, [announced])
    await storeOriginal(deps, direct, announced, 'put')
    const row = await commitUpload(deps, { user_id, id, original_filename, bytes, sha256, ...header }, actor)
    if (!row) return undefined
    deps.enqueue(...prepareJob(row))
    await deleteFiles(deps, [directKey(direct)])
    return row
  } catch (error) {
    // These bytes will never do, and no others were announced. A full storage may have room later.
    if (error instanceof Problem && error.kind.status < 500) {
      await refuseDirectUpload(deps.db, direct, error.code)
      await deleteFiles(deps, [directKey(direct), originalKey(direct)])
    }
    throw error
  }
}

/** @returns undefined when another request completed it: the bytes under this id belong to its row */
function commitUpload({ db, config }: Deps, upload: NewUpload, actor: Actor): Promise<UploadRow | undefined> {
  return db.transaction().execute(async (trx) => {
    await lockUser(trx, upload.user_id)
    if (await isErased(trx, upload.user_id)) throw problem('upload-not-found')
    if (!(await takeDirectUpload(trx, upload))) return undefined
    const row = await insertUpload(trx, upload, config.PENDING_SECONDS, actor)
    if (!row) throw problem('blocked-image')
    return row
  })
}

async function readAnnounced(storage: BlobStore, direct: DirectUploadRow): Promise<Buffer> {
  const key = directKey(direct)
  // Not every server enforces the size in the form, so it is checked before the bytes are read.
  if ((await sizeOf(storage, key)) !== direct.bytes) throw problem('direct-upload-mismatch')
  const bytes = await storage.get(key).catch((error: unknown) => {
    throw error instanceof BlobNotFoundError ? problem('direct-upload-missing') : error
  })
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  if (bytes.length !== direct.bytes || sha256 !== direct.sha256) throw problem('direct-upload-mismatch')
  return bytes
}

async function sizeOf(storage: BlobStore, key: string): Promise<number> {
  for await (const entry of storage.list(key)) if (entry.key === key) return entry.bytes
  throw problem('direct-upload-missing')
}
