import { ProblemBody, VariantParams } from '@likeness/contracts'
import { ownHeaders, type Server } from '@likeness/runtime'
import { Picture, Unchanged } from '../pictures.js'
import { avatarNotFound, forEver, type Serving, sendVariant } from './send-picture.js'

const formatOf = { avif: 'avif', webp: 'webp', jpg: 'jpeg' } as const

/** GET /v1/avatars/:userId/:version/:file: one variant, which never changes. */
export function serveVariantRoute(server: Server, serving: Serving): void {
  server.get(
    '/v1/avatars/:userId/:version/:file',
    {
      ...ownHeaders,
      config: { crossOrigin: 'anyone' },
      schema: {
        summary: 'One immutable variant',
        tags: ['avatars'],
        params: VariantParams,
        response: { 200: Picture, 304: Unchanged, '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      const { userId, version, file } = request.params
      const prefix = `avatars/${userId}/${version}`
      const [size, extension] = file.split('.') as [string, keyof typeof formatOf]
      const format = formatOf[extension]
      if (serving.delivery.kind !== 'direct') {
        // Whoever sends it would answer in their own way, or with what is to be collected.
        const avatar = await serving.cache.stored(prefix)
        if (!avatar?.sizes.includes(Number(size)) || !avatar.formats.includes(format)) {
          throw avatarNotFound('no-store')
        }
      }
      return sendVariant(request, reply, serving, { key: `${prefix}/${file}`, format, cacheControl: forEver })
    },
  )
}
