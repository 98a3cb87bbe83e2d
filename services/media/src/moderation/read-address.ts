import { type Endpoint, Id } from '@likeness/contracts'
import { avatars, uploads } from '@likeness/contracts/endpoints'
import type { z } from 'zod'
import type { MediaConfig } from '../config.js'
import { problem } from '../problems.js'
import { uploadStoredAt } from './stored-at.js'

/** What the address of a picture names. */
export type Named =
  | { readonly kind: 'upload'; readonly id: string }
  | { readonly kind: 'variant'; readonly userId: string; readonly version: number }
  | { readonly kind: 'avatar'; readonly userId: string }
  | { readonly kind: 'hash'; readonly hash: string }

/**
 * Reads any address under which a picture is shown: with the host of PUBLIC_URL or as a path, with any query, so that an
 * expired link will do; of the file itself, at DELIVERY_BASE or in the bucket; and the id of an upload.
 * @throws Problem foreign-address, not-a-picture-address
 */
export function readAddress(
  config: Pick<MediaConfig, 'PUBLIC_URL'> & Parameters<typeof uploadStoredAt>[0],
  address: string,
): Named {
  const { PUBLIC_URL } = config
  const given = address.trim()
  const id = Id.safeParse(given)
  if (id.success) return { kind: 'upload', id: id.data }
  const url = URL.parse(given, given.startsWith('/') ? PUBLIC_URL : undefined)
  if (!url || !/^https?:$/.test(url.protocol)) throw problem('not-a-picture-address')
  const stored = uploadStoredAt(config, url)
  if (stored !== undefined) return { kind: 'upload', id: stored }
  // Whichever scheme a proxy speaks.
  if (url.host !== new URL(PUBLIC_URL).host)
    throw problem('foreign-address', { parameters: { origin: PUBLIC_URL } })
  const named = readPath(url.pathname)
  if (!named) throw problem('not-a-picture-address')
  return named
}

function readPath(path: string): Named | undefined {
  const variant = paramsOf(avatars.serveVariant, path)
  if (variant) return { kind: 'variant', userId: variant.userId, version: variant.version }
  const avatar = paramsOf(avatars.serve, path)
  if (avatar) return { kind: 'avatar', userId: avatar.userId }
  const hashed = paramsOf(avatars.serveHashed, path)
  if (hashed) return { kind: 'hash', hash: hashed.file.split('.')[0] ?? '' }
  const upload = paramsOf(uploads.preview, path) ?? paramsOf(uploads.read, path)
  return upload && { kind: 'upload', id: upload.id }
}

/** The parameters of an endpoint in a path; undefined where the path is not of it. */
function paramsOf<Schema extends z.ZodObject>(
  { path: pattern, params }: Pick<Endpoint, 'path'> & { readonly params: Schema },
  path: string,
): z.output<Schema> | undefined {
  const wanted = pattern.split('/')
  const given = path.split('/')
  if (given.length !== wanted.length) return undefined
  const found: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const its = given[index] ?? ''
    if (part.startsWith(':')) found[part.slice(1)] = its
    else if (part !== its) return undefined
  }
  const read = params.safeParse(found)
  return read.success ? read.data : undefined
}
