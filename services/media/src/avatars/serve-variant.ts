import type { VariantFormat } from '@likeness/contracts'
import type { avatars } from '@likeness/contracts/endpoints'
import type { Guards } from '@likeness/runtime/auth'
import { callerOf, isAtLeast } from '@likeness/runtime/caller'
import type { Handler } from '@likeness/runtime/serve'
import type { Request } from '@likeness/runtime/server'
import type { AvatarRow } from '../database/avatars.table.js'
import { forever } from '../pictures.js'
import { problem } from '../problems.js'
import { cacheTags } from './cache-tags.js'
import { avatarNotFound, type Serving, sendVariant } from './send-picture.js'

const formatOf = { avif: 'avif', webp: 'webp', jpg: 'jpeg' } as const

/** `avatars.serveVariant`: one variant, which never changes. */
export const serveVariantHandler =
  (serving: Serving & { guards: Guards }): Handler<typeof avatars.serveVariant> =>
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
    const cacheControl = found.standing === 'live' ? forever : await cachingOfPast(request, serving, avatar)
    reply.headers(cacheTags(avatar, userId))
    return sendVariant(request, reply, serving, {
      avatar,
      file,
      format,
      cacheControl,
    })
  }

const has = ({ sizes, formats }: AvatarRow, size: number, format: VariantFormat) =>
  sizes.includes(size) && formats.includes(format)

/**
 * The `Cache-Control` of a past picture: kept while it is public, and not at all once only its owner and managers see
 * it.
 * @throws Problem avatar-gone for everyone else, unauthenticated for an invalid token
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
