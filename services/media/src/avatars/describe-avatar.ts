import { avatarUrls } from '@likeness/contracts'
import type { avatars } from '@likeness/contracts/endpoints'
import { callerOf, isAtLeast } from '@likeness/runtime/caller'
import type { Handler } from '@likeness/runtime/serve'
import type { Actor } from '../database/actor.js'
import { type AvatarRow, findLiveAvatar, picturesOf, uploadOf } from '../database/avatars.table.js'
import { setAltText } from '../database/descriptions.queries.js'
import { findUpload, lockUser, type UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { actorOf } from '../uploads/actor-of.js'
import { announce } from '../uploads/announce.js'
import { assertAvatarSeen, tagOfText } from './if-match.js'

/** `avatars.describe`: changes the text of the picture that is shown. */
export const describeAvatarHandler =
  (deps: Deps): Handler<typeof avatars.describe> =>
  async (request, reply) => {
    const caller = callerOf(request)
    const { userId } = request.params
    if (userId !== caller.id && !isAtLeast(caller.role, 'manager')) throw problem('forbidden')
    const ifMatch = request.headers['if-match']
    const { avatar, upload } = await describeAvatar(deps, userId, actorOf(request), {
      altText: request.body.altText,
      ifMatch,
    })
    return reply
      .header('etag', tagOfText(avatar))
      .code(200)
      .send({
        version: avatar.version,
        urls: avatarUrls(deps.config.PUBLIC_URL, userId, picturesOf(avatar)),
        thumbhash: upload.thumbhash,
        altText: upload.alt_text,
      })
  }

type Description = { readonly altText: string | null | undefined; readonly ifMatch: string | undefined }

/**
 * Changes the text of the picture that a user shows. Its version stays: nothing that caches keep has changed.
 * @throws Problem avatar-not-found when none is shown, stale when `ifMatch` names another
 */
async function describeAvatar(
  deps: Deps,
  userId: string,
  actor: Actor,
  { altText, ifMatch }: Description,
): Promise<{ avatar: AvatarRow; upload: UploadRow }> {
  const done = await deps.db.transaction().execute(async (trx) => {
    await lockUser(trx, userId)
    const avatar = await findLiveAvatar(trx, userId)
    await assertAvatarSeen(trx, ifMatch, avatar)
    const upload = avatar && (await findUpload(trx, uploadOf(avatar)))
    if (!upload) throw problem('avatar-not-found')
    if (altText === undefined || altText === upload.alt_text) return { avatar, upload, isChanged: false }
    const changed = await setAltText(trx, upload, altText, actor)
    return { avatar: changed, upload: { ...upload, alt_text: altText }, isChanged: true }
  })
  if (done.isChanged) {
    // A picture that is still being published takes its text along.
    if (done.upload.status !== 'confirmed')
      deps.enqueue('tell-description', { userId, uploadId: done.upload.id })
    announce(deps.bus, done.upload)
  }
  return done
}
