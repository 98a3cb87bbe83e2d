import type { ProfileAvatar, VariantFormat } from './api.js'
import { addressOf, type CallOptions, read } from './call.js'
import type { Client } from './client.js'

/**
 * The address of a user's picture as it is now, for an `<img>`: anyone may load it, and it follows each change within a
 * minute. A user without a picture has drawn initials unless `default` says otherwise.
 * @param options `size`: pixels of its sides, 1 to 512, by default 256
 */
export function urlOf(
  { url }: Client,
  userId: string,
  options: {
    size?: number
    format?: VariantFormat
    default?: 'initials' | 'identicon' | 'blank' | '404'
  } = {},
): string {
  return `${url}${addressOf('/v1/avatars/:userId', { params: { userId }, query: options })}`
}

/** The version that was seen, or the ETag of its upload: the change is made to it alone, else it is `stale`. */
type Seen = { version?: number | undefined; etag?: string | undefined }

const seen = ({ version, etag }: Seen) => ({
  'if-match': etag ?? (version === undefined ? undefined : `"${version}"`),
})

/**
 * Takes the avatar away: within a second nobody sees it, in any size. It stays in the history and can be restored.
 * @param options `reason`: at most 500 characters; managers who withdraw another's avatar have to give it
 * @throws LikenessError `stale` when another is the avatar, `forbidden`, `avatar-not-found`
 */
export async function withdraw(
  client: Client,
  userId: string,
  { reason, version, etag, ...options }: CallOptions & Seen & { reason?: string | undefined } = {},
): Promise<void> {
  await read(client, 'DELETE /v1/avatars/:userId', {
    params: { userId },
    headers: seen({ version, etag }),
    query: { reason },
    ...options,
  })
}

/**
 * Changes the text that stands for the avatar where it cannot be seen.
 * @param altText at most 1000 characters; null takes it away
 * @throws LikenessError `stale` when another is the avatar, `forbidden`, `avatar-not-found`
 */
export const describe = (
  client: Client,
  userId: string,
  altText: string | null,
  { version, etag, ...options }: CallOptions & Seen = {},
): Promise<ProfileAvatar> =>
  read(client, 'PATCH /v1/avatars/:userId', {
    params: { userId },
    headers: seen({ version, etag }),
    body: { altText },
    ...options,
  })
