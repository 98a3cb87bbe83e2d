import {
  AvatarParams,
  AvatarQuery,
  extensionOf,
  ProblemBody,
  type VariantFormat,
  VariantParams,
} from '@likeness/contracts'
import type { Reply, Request, Server } from '@likeness/runtime'
import { BlobNotFoundError } from '@likeness/storage'
import { Picture, pictureHeaders, Unchanged } from '../pictures.js'
import { problem } from '../problems.js'
import type { AvatarCache } from './avatar-cache.js'

const contentType: Readonly<Record<VariantFormat, string>> = { webp: 'image/webp', jpeg: 'image/jpeg' }
const aMinute = 'public, max-age=60, stale-while-revalidate=600'
const forEver = 'public, max-age=31536000, immutable'

/** GET /v1/avatars/:userId: the picture a user shows now, at the nearest rendered size. */
export function serveAvatarRoute(server: Server, cache: AvatarCache): void {
  server.get(
    '/v1/avatars/:userId',
    {
      schema: {
        summary: 'The avatar now, at the nearest rendered size',
        tags: ['avatars'],
        params: AvatarParams,
        querystring: AvatarQuery,
        response: { 200: Picture, 304: Unchanged, '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      const avatar = await cache.live(request.params.userId)
      if (!avatar) throw notFound(aMinute)
      const { size: asked, format = preferredFormat(request.headers.accept) } = request.query
      const size = avatar.sizes.find((one) => one >= asked) ?? avatar.sizes.at(-1)
      reply.header('vary', 'Accept')
      return sendPicture(request, reply, cache, {
        key: `${avatar.blob_prefix}/${size}.${extensionOf[format]}`,
        format,
        cacheControl: aMinute,
      })
    },
  )
}

/** GET /v1/avatars/:userId/:version/:file: one variant, which never changes. */
export function serveVariantRoute(server: Server, cache: AvatarCache): void {
  server.get(
    '/v1/avatars/:userId/:version/:file',
    {
      schema: {
        summary: 'One immutable variant',
        tags: ['avatars'],
        params: VariantParams,
        response: { 200: Picture, 304: Unchanged, '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      const { userId, version, file } = request.params
      return sendPicture(request, reply, cache, {
        key: `avatars/${userId}/${version}/${file}`,
        format: file.endsWith('.webp') ? 'webp' : 'jpeg',
        cacheControl: forEver,
      })
    },
  )
}

async function sendPicture(
  request: Request,
  reply: Reply,
  cache: AvatarCache,
  picture: { key: string; format: VariantFormat; cacheControl: string },
): Promise<Reply> {
  const bytes = await cache.picture(picture.key).catch((error: unknown) => {
    throw error instanceof BlobNotFoundError ? notFound('no-store') : error
  })
  // Blobs under a version never change, so their key identifies their bytes.
  const etag = `"${picture.key.slice('avatars/'.length)}"`
  reply.headers({ ...pictureHeaders, etag, 'cache-control': picture.cacheControl })
  if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send()
  return reply.type(contentType[picture.format]).send(bytes)
}

/** RFC 9110 §13.1.2: `*` or a list, compared weakly. */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  return ifNoneMatch.split(',').some((one) => ['*', etag].includes(one.trim().replace(/^W\//, '')))
}

/** WebP for whoever names it; JPEG, which everything reads, for the rest. */
function preferredFormat(accept: string | undefined): VariantFormat {
  const webp = /image\/webp\s*(?:;\s*q=([\d.]+))?/i.exec(accept ?? '')
  return webp && Number(webp[1] ?? 1) > 0 ? 'webp' : 'jpeg'
}

const notFound = (cacheControl: string) =>
  problem('avatar-not-found', {}, { headers: { 'cache-control': cacheControl } })
