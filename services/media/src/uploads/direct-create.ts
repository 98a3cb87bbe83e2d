import type { CreateDirectUpload, DirectUpload } from '@likeness/contracts'
import type { uploads } from '@likeness/contracts/endpoints'
import { callerOf } from '@likeness/runtime/caller'
import { newId } from '@likeness/runtime/ids'
import type { Handler } from '@likeness/runtime/serve'
import type { Actor } from '../database/actor.js'
import { insertDirectUpload } from '../database/direct-uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { actorOf } from './actor-of.js'
import { cleanFilename } from './clean-filename.js'
import { dropReplaced, makeRoom } from './make-room.js'
import { ownerOf } from './owner-of.js'
import { directKey } from './upload-files.js'

/** A body that began in time may still arrive later, and is completed after that. */
const lateSeconds = 300

/** `uploads.createDirect`: step one for a storage that takes the bytes itself. */
export const createDirectUploadHandler =
  (deps: Deps): Handler<typeof uploads.createDirect> =>
  async (request, reply) => {
    const { userId, replace } = request.query
    const owner = { userId: await ownerOf(deps, callerOf(request), userId), actor: actorOf(request) }
    const options = { replaceOldest: replace === 'oldest' }
    return reply.code(201).send(await createDirectUpload(deps, owner, request.body, options))
  }

/**
 * Reserves a pending upload of the user for bytes to come, and makes the form that receives them.
 * @throws Problem direct-upload-unavailable, image-too-large, and those of `makeRoom`
 */
async function createDirectUpload(
  deps: Deps,
  owner: { userId: string; actor: Actor },
  announced: CreateDirectUpload,
  options: { replaceOldest: boolean },
): Promise<DirectUpload> {
  const { config, db, storage } = deps
  const { bytes, sha256, contentType } = announced
  if (!storage.presignPost) throw problem('direct-upload-unavailable')
  if (bytes > config.IMAGE_MAX_BYTES)
    throw problem('image-too-large', { parameters: { limit: config.IMAGE_MAX_BYTES } })

  const id = newId()
  const key = { user_id: owner.userId, id }
  const expiresInSeconds = config.DIRECT_UPLOAD_SECONDS
  const expiresAt = new Date(Date.now() + expiresInSeconds * 1000).toISOString()
  const form = await storage.presignPost(directKey(key), { bytes, sha256, contentType, expiresInSeconds })
  const replaced = await db.transaction().execute(async (trx) => {
    const rows = await makeRoom(trx, config, owner, { id, bytes }, options)
    const upload = { ...key, original_filename: cleanFilename(announced.filename), bytes, sha256 }
    await insertDirectUpload(trx, upload, expiresInSeconds + lateSeconds)
    return rows
  })
  await dropReplaced(deps, replaced)
  return { id, url: form.url, fields: { ...form.fields }, expiresAt }
}
