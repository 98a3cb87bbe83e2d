import type { VariantFormat } from '@likeness/contracts'
import type { EncodedFormat } from '@likeness/images'
import { entityTagOf, isKnown } from '@likeness/runtime/entity-tags'
import type { Reply, Request } from '@likeness/runtime/server'
import { BlobNotFoundError } from '@likeness/storage'
import type { AvatarRow } from '../database/avatars.table.js'
import type { Delivery } from '../delivery.js'
import type { Deps } from '../deps.js'
import { pictureHeaders } from '../pictures.js'
import { problem } from '../problems.js'
import type { AvatarCache } from './avatar-cache.js'
import { tagOfPicture } from './if-match.js'

const contentType: Readonly<Record<EncodedFormat, string>> = {
  avif: 'image/avif',
  webp: 'image/webp',
  jpeg: 'image/jpeg',
  png: 'image/png',
}

/** The parts that every avatar route serves with. */
export type Serving = {
  readonly cache: AvatarCache
  readonly delivery: Delivery
} & Pick<Deps, 'config' | 'logger'>

/**
 * Sends a stored variant directly, or through nginx or a CDN as DELIVERY says.
 * @throws Problem avatar-not-found, when this process sends it and it is gone
 */
export async function sendVariant(
  request: Request,
  reply: Reply,
  { cache, delivery }: Serving,
  picture: { avatar: AvatarRow; file: string; format: VariantFormat; cacheControl: string },
): Promise<Reply> {
  const { avatar, file, format, cacheControl } = picture
  const key = `${avatar.blob_prefix}/${file}`
  if (delivery.kind === 'redirect') {
    return reply.header('cache-control', cacheControl).redirect(`${delivery.base}/${key}`, 302)
  }
  if (delivery.kind === 'accel') reply.header('x-accel-redirect', `${delivery.base}/${key}`)
  const bytes = delivery.kind === 'accel' ? nothing : await readVariant(cache, avatar, key)
  return sendPicture(request, reply, { bytes, etag: tagOfPicture(avatar, file), format, cacheControl })
}

const nothing = Buffer.alloc(0)

function readVariant(cache: AvatarCache, { user_id }: AvatarRow, key: string): Promise<Buffer> {
  return cache.picture(user_id, key).catch((error: unknown) => {
    throw error instanceof BlobNotFoundError ? avatarNotFound('no-store') : error
  })
}

/** Answers with a picture, or with 304 to a client that has it. */
export function sendPicture(
  request: Request,
  reply: Reply,
  picture: { bytes: Buffer; etag: string; format: EncodedFormat; cacheControl: string },
): Reply {
  const { bytes, etag, format, cacheControl } = picture
  reply.headers({ ...pictureHeaders, etag, 'cache-control': cacheControl })
  if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send()
  return reply.type(contentType[format]).send(bytes)
}

const etags = new WeakMap<Buffer, string>()

/** The entity tag of bytes that this service made, and that another release may make differently. */
export function etagOfBytes(bytes: Buffer): string {
  const known = etags.get(bytes)
  if (known) return known
  const etag = entityTagOf(bytes)
  etags.set(bytes, etag)
  return etag
}

/** `avatar-not-found`, which may be kept as long as the picture would be. */
export const avatarNotFound = (cacheControl: string) =>
  problem('avatar-not-found', { headers: { 'cache-control': cacheControl } })
