import { extensionOf, type HashedExtension, hashedExtensions } from '@likeness/contracts'
import type { avatars } from '@likeness/contracts/endpoints'
import { type EncodedFormat, resize } from '@likeness/images'
import type { Handler } from '@likeness/runtime/serve'
import type { Reply, Request } from '@likeness/runtime/server'
import { BlobNotFoundError } from '@likeness/storage'
import type { AvatarRow } from '../database/avatars.table.js'
import { aMinute } from '../pictures.js'
import { cacheTags } from './cache-tags.js'
import { chooseFormat } from './choose-format.js'
import { drawDefault } from './draw-default.js'
import { type HashedRequest, readHashedQuery } from './read-hashed-query.js'
import { avatarNotFound, etagOfBytes, type Serving, sendPicture } from './send-picture.js'
import { nearest } from './serve-avatar.js'

/**
 * `avatars.serveHashed`: answers as Gravatar and Libravatar do (https://wiki.libravatar.org/api), for users who want
 * to be found by their e-mail address.
 */
export const serveHashedHandler =
  (serving: Serving): Handler<typeof avatars.serveHashed> =>
  async (request, reply) => {
    const [hash, extension] = request.params.file.split('.') as [string, HashedExtension?]
    const asked = readHashedQuery(request.query)
    const found = await findUser(serving, hash)
    const avatar = found.userId && !asked.forceDefault ? await serving.cache.live(found.userId) : undefined
    const format = extension && hashedExtensions[extension]
    if (!format) reply.header('vary', 'Accept')
    // Without the user: an e-mail address must not lead to an id.
    reply.headers(cacheTags(avatar))
    const cacheControl = found.complete ? aMinute : 'no-store'
    return avatar
      ? sendResized(request, reply, serving, avatar, { size: asked.size, format })
      : sendDefault(request, reply, serving, { hash, ...found }, { ...asked, format, cacheControl })
  }

type Found = { readonly userId: string | undefined; readonly complete: boolean }

/** Finds no one while accounts is away: a page full of pictures must not wait for it. */
async function findUser({ cache, logger }: Serving, hash: string): Promise<Found> {
  try {
    return { userId: await cache.userOfHash(hash), complete: true }
  } catch (error) {
    logger.warn({ err: error }, 'could not look up an e-mail hash in accounts')
    return { userId: undefined, complete: false }
  }
}

async function sendResized(
  request: Request,
  reply: Reply,
  { cache, config }: Serving,
  avatar: AvatarRow,
  asked: { size: number; format: EncodedFormat | undefined },
): Promise<Reply> {
  const format = asked.format ?? chooseFormat(request.headers.accept, ['webp', 'jpeg'])
  // WebP keeps transparency.
  const source = avatar.formats.includes('webp') ? 'webp' : 'jpeg'
  const from = `${avatar.blob_prefix}/${nearest(asked.size, avatar.sizes)}.${extensionOf[source]}`
  const key = `${avatar.blob_prefix}/resized/${asked.size}.${format}`
  const bytes = await cache
    .picture(avatar.user_id, key, async () =>
      resize(await cache.picture(avatar.user_id, from), {
        size: asked.size,
        format,
        background: config.AVATAR_BACKGROUND,
      }),
    )
    .catch((error: unknown) => {
      throw error instanceof BlobNotFoundError ? avatarNotFound('no-store') : error
    })
  return sendPicture(request, reply, { bytes, etag: etagOfBytes(bytes), format, cacheControl: aMinute })
}

async function sendDefault(
  request: Request,
  reply: Reply,
  serving: Serving,
  who: Found & { readonly hash: string },
  asked: HashedRequest & { format: EncodedFormat | undefined; cacheControl: string },
): Promise<Reply> {
  if (asked.default === '404') throw avatarNotFound(asked.cacheControl)
  // Drawings have few colours and sharp edges: PNG is smaller than JPEG, and may be transparent.
  const format = asked.format ?? chooseFormat(request.headers.accept, ['webp', 'png'])
  const { bytes, complete } = await drawDefault(
    serving,
    asked.default,
    { seed: who.hash, userId: who.userId },
    { size: asked.size, format },
  )
  const cacheControl = complete ? asked.cacheControl : 'no-store'
  return sendPicture(request, reply, { bytes, etag: etagOfBytes(bytes), format, cacheControl })
}
