import { type AvatarQuery, extensionOf, VariantFormat } from '@likeness/contracts'
import type { avatars } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import type { Reply, Request } from '@likeness/runtime/server'
import type { AvatarRow } from '../database/avatars.table.js'
import { aMinute } from '../pictures.js'
import { cacheTags } from './cache-tags.js'
import { chooseFormat } from './choose-format.js'
import { drawDefault } from './draw-default.js'
import { avatarNotFound, etagOfBytes, type Serving, sendPicture, sendVariant } from './send-picture.js'

/** `avatars.serve`: the picture a user shows now, at the nearest rendered size. */
export const serveAvatarHandler =
  (serving: Serving): Handler<typeof avatars.serve> =>
  (request, reply) =>
    answerAvatar(request, reply, serving, request.params.userId, request.query)

/** The avatar of a user, or what stands for one. */
export async function answerAvatar(
  request: Request,
  reply: Reply,
  serving: Serving,
  userId: string,
  query: AvatarQuery,
): Promise<Reply> {
  const avatar = await serving.cache.live(userId)
  reply.headers({ vary: 'Accept', ...cacheTags(avatar, userId) })
  return avatar
    ? sendAvatar(request, reply, serving, avatar, query)
    : sendDefault(request, reply, serving, userId, query)
}

async function sendAvatar(
  request: Request,
  reply: Reply,
  serving: Serving,
  avatar: AvatarRow,
  query: AvatarQuery,
): Promise<Reply> {
  const format = formatFor(request, query, avatar.formats)
  const file = `${nearest(query.size, avatar.sizes)}.${extensionOf[format]}`
  return sendVariant(request, reply, serving, { avatar, file, format, cacheControl: aMinute })
}

async function sendDefault(
  request: Request,
  reply: Reply,
  serving: Serving,
  userId: string,
  query: AvatarQuery,
): Promise<Reply> {
  if (query.default === '404') throw avatarNotFound(aMinute)
  const { AVATAR_SIZES, AVATAR_FORMATS } = serving.config
  const format = formatFor(request, query, AVATAR_FORMATS)
  const size = nearest(query.size, AVATAR_SIZES)
  const { bytes, complete } = await drawDefault(
    serving,
    query.default,
    { seed: userId, userId },
    { size, format },
  )
  const cacheControl = complete ? aMinute : 'no-store'
  return sendPicture(request, reply, { bytes, etag: etagOfBytes(bytes), format, cacheControl })
}

/**
 * The format asked for by name, else by `Accept`. Where the named one is not rendered, the next best: clients that read
 * AVIF read WebP, and all read JPEG.
 */
function formatFor(request: Request, query: AvatarQuery, formats: readonly VariantFormat[]): VariantFormat {
  if (query.format === undefined) return chooseFormat(request.headers.accept, formats)
  const { options } = VariantFormat
  return options.slice(options.indexOf(query.format)).find((one) => formats.includes(one)) ?? 'jpeg'
}

/** The smallest size that is large enough, else the largest. */
export function nearest(asked: number, sizes: readonly number[]): number {
  return sizes.find((size) => size >= asked) ?? Math.max(...sizes)
}
