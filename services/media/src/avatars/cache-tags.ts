import type { AvatarRow } from '../database/avatars.table.js'

/**
 * The tags by which a CDN purges what it keeps: `Cache-Tag` (Cloudflare, Google, Bunny) and `Surrogate-Key` (Fastly,
 * Varnish) with the same values. The version is the one in the picture's address, which stays the same when the picture
 * is restored.
 * @param userId left out where the answer must not reveal whose picture it is
 */
export function cacheTags(avatar: AvatarRow | undefined, userId?: string): Record<string, string> {
  const tags = [
    ...(userId === undefined ? [] : [`user-${userId}`]),
    ...(avatar === undefined ? [] : [`avatar-${avatar.path_version}`]),
  ]
  return tags.length === 0 ? {} : { 'cache-tag': tags.join(','), 'surrogate-key': tags.join(' ') }
}
