import { ProblemBody, type VariantFormat, VariantParams } from '@likeness/contracts'
import { callerOf, type Guards, isAtLeast, ownHeaders, type Request, type Server } from '@likeness/runtime'
import type { AvatarRow } from '../database/avatars.table.js'
import { Picture, Unchanged } from '../pictures.js'
import { problem } from '../problems.js'
import { cacheTags } from './cache-tags.js'
import { avatarNotFound, forEver, type Serving, sendVariant } from './send-picture.js'

const formatOf = { avif: 'avif', webp: 'webp', jpg: 'jpeg' } as const

/** GET /v1/avatars/:userId/:version/:file: one variant, which never changes. */
export function serveVariantRoute(server: Server, serving: Serving & { guards: Guards }): void {
  server.get(
    '/v1/avatars/:userId/:version/:file',
    {
      ...ownHeaders,
      config: { crossOrigin: 'anyone' },
      schema: {
        summary: 'One immutable variant',
        description:
          'For anyone while it is the avatar, and for KEEP_SUPERSEDED_PUBLIC after another took its place; then 410, except for its owner and managers, who send their token. A withdrawn or erased one is 410 at once. `Cache-Tag` and `Surrogate-Key` name the user and the version, for purging a CDN.',
        tags: ['avatars'],
        security: [{}, { accessToken: [] }],
        params: VariantParams,
        response: { 200: Picture, 304: Unchanged, '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      const { userId, version, file } = request.params
      const [size, extension] = file.split('.') as [string, keyof typeof formatOf]
      const format = formatOf[extension]
      const found = await serving.cache.addressed(userId, version)
      if (!found) throw avatarNotFound('no-store')
      if (found.standing === 'erased') throw problem('avatar-gone')
      const { avatar } = found
      if (!has(avatar, Number(size), format)) throw avatarNotFound('no-store')
      if (found.standing === 'withdrawn') throw problem('avatar-gone')
      const cacheControl = found.standing === 'live' ? forEver : await cachingOfPast(request, serving, avatar)
      reply.headers(cacheTags(avatar, userId))
      return sendVariant(request, reply, serving, {
        key: `${avatar.blob_prefix}/${file}`,
        format,
        cacheControl,
      })
    },
  )
}

const has = ({ sizes, formats }: AvatarRow, size: number, format: VariantFormat) =>
  sizes.includes(size) && formats.includes(format)

/**
 * How a past picture may be kept: no longer than it is public, and by nobody once it is for its owner and managers.
 * @throws Problem avatar-gone for anyone else, unauthenticated where a token was sent that is none
 */
async function cachingOfPast(
  request: Request,
  { config, guards }: Serving & { guards: Guards },
  avatar: AvatarRow,
): Promise<string> {
  const { live_until: until, user_id: owner } = avatar
  const leftMs = until === null ? 0 : until.getTime() + config.KEEP_SUPERSEDED_PUBLIC * 1000 - Date.now()
  if (leftMs > 0 && config.KEEP_SUPERSEDED_PUBLIC > 0) return `public, max-age=${Math.floor(leftMs / 1000)}`
  if (request.headers.authorization === undefined) throw problem('avatar-gone')
  await guards.signedIn(request)
  const { id, role } = callerOf(request)
  if (id !== owner && !isAtLeast(role, 'manager')) throw problem('avatar-gone')
  return 'private, no-store'
}
