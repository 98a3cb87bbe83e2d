import type { uploads } from '@likeness/contracts/endpoints'
import { callerOf } from '@likeness/runtime/auth'
import { openOutboundGuard } from '@likeness/runtime/outbound/outbound-guard'
import type { Handler } from '@likeness/runtime/serve'
import { findUpload } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { answerOnce } from '../idempotency/answer-once.js'
import type { InFlight } from '../receiving/in-flight.js'
import { actorOf } from './actor-of.js'
import { createUpload } from './create-upload.js'
import { fetchPicture } from './fetch-picture.js'
import { ownerOf } from './owner-of.js'
import type { UploadRates } from './upload-rates.js'
import { locationOf, viewUpload } from './upload-view.js'

/** `uploads.import`: step one, for a picture that is on the web. It counts and is limited like one that is sent. */
export function importUploadHandler(
  deps: Deps,
  { inFlight, rates }: { inFlight: InFlight; rates: UploadRates },
): Handler<typeof uploads.import> {
  const limit = deps.config.IMAGE_MAX_BYTES
  const guard = openOutboundGuard(deps.config.OUTBOUND_ALLOW)
  return async (request, reply) => {
    const caller = callerOf(request)
    const { url, filename, userId: named } = request.body
    const userId = await ownerOf(deps, caller, named)
    rates.assertLeft(userId)
    return inFlight.hold(caller.id, (held) =>
      rates.counting(caller.id, () =>
        answerOnce(deps, request, reply, { userId, request: [url, filename] }, async (claim) => {
          const made = claim?.upload_id
            ? await findUpload(deps.db, { user_id: userId, id: claim.upload_id })
            : undefined
          const owner = { userId, actor: actorOf(request) }
          const make = async () => {
            // As much as it may have: what comes is not known before.
            held.take(limit)
            const image = await fetchPicture(guard, url, limit)
            const options = { replaceOldest: false, claim }
            return createUpload(deps, owner, { ...image, filename: filename ?? image.filename }, options)
          }
          const row = made ?? (await rates.within(userId, make))
          return { status: 201, location: locationOf(deps, row), upload: await viewUpload(deps, row) }
        }),
      ),
    )
  }
}
