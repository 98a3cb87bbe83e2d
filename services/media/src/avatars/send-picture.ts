import { createHash } from 'node:crypto'
import type { VariantFormat } from '@likeness/contracts'
import type { EncodedFormat } from '@likeness/images'
import type { Reply, Request } from '@likeness/runtime'
import { BlobNotFoundError } from '@likeness/storage'
import type { Deps } from '../deps.js'
import { pictureHeaders } from '../pictures.js'
import { problem } from '../problems.js'
import type { AvatarCache } from './avatar-cache.js'
import type { Delivery } from './delivery.js'

/** Of what may change: a browser asks again after a minute, a CDN serves the old one while it asks. */
export const aMinute = 'public, max-age=60, stale-while-revalidate=600'
/** Of what never changes. */
export const forEver = 'public, max-age=31536000, immutable'

const contentType: Readonly<Record<EncodedFormat, string>> = {
  avif: 'image/avif',
  webp: 'image/webp',
  jpeg: 'image/jpeg',
  png: 'image/png',
}

/** What every route of avatars serves with. */
export type Serving = {
  readonly cache: AvatarCache
  readonly delivery: Delivery
} & Pick<Deps, 'config' | 'logger'>

/**
 * Answers with a stored variant, or has it sent by whom the deployment says (`DELIVERY`).
 * @throws Problem avatar-not-found, when this process sends it and it is gone
 */
export async function sendVariant(
  request: Request,
  reply: Reply,
  { cache, delivery }: Serving,
  picture: { key: string; format: VariantFormat; cacheControl: string },
): Promise<Reply> {
  const { key, format, cacheControl } = picture
  if (delivery.kind === 'redirect') {
    return reply.header('cache-control', cacheControl).redirect(`${delivery.base}/${key}`, 302)
  }
  if (delivery.kind === 'accel') reply.header('x-accel-redirect', `${delivery.base}/${key}`)
  const bytes = delivery.kind === 'accel' ? nothing : await readVariant(cache, key)
  return sendPicture(request, reply, { bytes, etag: etagOfBlob(key), format, cacheControl })
}

const nothing = Buffer.alloc(0)

function readVariant(cache: AvatarCache, key: string): Promise<Buffer> {
  return cache.picture(key).catch((error: unknown) => {
    throw error instanceof BlobNotFoundError ? avatarNotFound('no-store') : error
  })
}

/** Answers with a picture, or with 304 to whoever has it. */
export function sendPicture(
  request: Request,
  reply: Reply,
  picture: { bytes: Buffer; etag: string; format: EncodedFormat; cacheControl: string },
): Reply {
  const { bytes, etag, format, cacheControl } = picture
  reply.headers({ ...pictureHeaders, etag, 'cache-control': cacheControl })
  if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send()
  return reply.type(contentType[format]).send(bytes)
}

/** Whether a client has it already (RFC 9110 §13.1.2): `*` or a list, compared weakly. */
export function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch === etag) return true
  return ifNoneMatch.split(',').some((one) => ['*', etag].includes(one.trim().replace(/^W\//, '')))
}

/** Blobs under a version never change, so their key identifies their bytes. */
const etagOfBlob = (key: string): string => `"${key.slice('avatars/'.length)}"`

const etags = new WeakMap<Buffer, string>()

/** Of bytes this service made, which another release may make otherwise. */
export function etagOfBytes(bytes: Buffer): string {
  const known = etags.get(bytes)
  if (known) return known
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
  etags.set(bytes, etag)
  return etag
}

/** `avatar-not-found`, which may be kept as long as the picture would be. */
export const avatarNotFound = (cacheControl: string) =>
  problem('avatar-not-found', {}, { headers: { 'cache-control': cacheControl } })
