import { ProblemBody, VariantParams } from '@likeness/contracts'
import type { Server } from '@likeness/runtime'
import { BlobNotFoundError } from '@likeness/storage'
import { Picture, Unchanged } from '../pictures.js'
import type { AvatarCache } from './avatar-cache.js'
import { avatarNotFound, etagOfBlob, forEver, sendPicture } from './send-picture.js'

const formatOf = { avif: 'avif', webp: 'webp', jpg: 'jpeg' } as const

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
      const key = `avatars/${userId}/${version}/${file}`
      const bytes = await cache.picture(key).catch((error: unknown) => {
        throw error instanceof BlobNotFoundError ? avatarNotFound('no-store') : error
      })
      const format = formatOf[file.slice(file.indexOf('.') + 1) as keyof typeof formatOf]
      return sendPicture(request, reply, { bytes, etag: etagOfBlob(key), format, cacheControl: forEver })
    },
  )
}
