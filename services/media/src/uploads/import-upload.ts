import type { uploads } from '@likeness/contracts/endpoints'
import { callerOf } from '@likeness/runtime/caller'
import { openOutboundGuard } from '@likeness/runtime/outbound/outbound-guard'
import type { Handler } from '@likeness/runtime/serve'
import type { Deps } from '../deps.js'
import type { InFlight } from '../receiving/in-flight.js'
import { answerStaged } from './create-upload.js'
import { fetchPicture } from './fetch-picture.js'
import { ownerOf } from './owner-of.js'
import type { UploadRates } from './upload-rates.js'

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
      rates.counting(caller.id, () => {
        const what = { userId, request: [url, filename], replaceOldest: false }
        return answerStaged(deps, rates, request, reply, what, async () => {
          // As much as it may have: what comes is not known before.
          held.take(limit)
          const image = await fetchPicture(guard, url, limit)
          return { ...image, filename: filename ?? image.filename }
        })
      }),
    )
  }
}
