import { z } from 'zod'
import { IfMatch, text } from './common.js'
import { fault } from './read-fields.js'

/** Formats a variant is served in, best first. */
export const VariantFormat = z.enum(['avif', 'webp', 'jpeg']).meta({ id: 'VariantFormat' })
export type VariantFormat = z.output<typeof VariantFormat>

/** A square variant: its file name extension by format. */
export const extensionOf: Readonly<Record<VariantFormat, string>> = {
  avif: 'avif',
  webp: 'webp',
  jpeg: 'jpg',
}

/** Immutable URLs by size in pixels, then format: `{ "256": { webp: "https://…/256.webp", jpeg: … } }`. */
export const AvatarUrls = z.record(z.string().regex(/^\d+$/), z.partialRecord(VariantFormat, z.url()))
export type AvatarUrls = z.output<typeof AvatarUrls>

/** The parts of an avatar's addresses. Services store and pass on these, and derive the addresses when read. */
export const AvatarPictures = z.object({
  version: z.int().positive(),
  pathVersion: z.int().positive().describe('the version in the addresses: that of the first publication'),
  sizes: z.array(z.int().positive()).min(1),
  formats: z.array(VariantFormat).min(1),
})
export type AvatarPictures = z.output<typeof AvatarPictures>

/** @param origin PUBLIC_URL */
export function avatarUrls(
  origin: string,
  userId: string,
  { pathVersion, sizes, formats }: Omit<AvatarPictures, 'version'>,
): AvatarUrls {
  const addressOf = (size: number, format: VariantFormat) =>
    `${origin}/v1/avatars/${userId}/${pathVersion}/${size}.${extensionOf[format]}`
  return Object.fromEntries(
    sizes.map((size) => [
      String(size),
      Object.fromEntries(formats.map((format) => [format, addressOf(size, format)])),
    ]),
  )
}

/** The published picture of a user. */
export const Avatar = z
  .object({
    version: z
      .int()
      .positive()
      .describe('grows with every confirmation, restoration and withdrawal; the largest one is live'),
    urls: AvatarUrls,
  })
  .meta({ id: 'Avatar' })
export type Avatar = z.output<typeof Avatar>

/** In addresses people type; blobs are stored under the lower-case form. */
const UserId = z.uuid().toLowerCase().describe('UUID v7')

export const AvatarParams = z.object({ userId: UserId })

/** `GET /v1/avatars/:userId?size=&format=&default=` */
export const AvatarQuery = z.object({
  size: z.coerce
    .number<number>()
    .int()
    .min(1)
    .max(4096)
    .default(256)
    .describe('pixels; the nearest rendered size ≥ it, at most the largest'),
  format: VariantFormat.optional().describe(
    'without it `Accept` decides; one that is not rendered gets the nearest that is: AVIF WebP, WebP JPEG',
  ),
  default: z
    .enum(['initials', 'identicon', 'blank', '404'])
    .default('initials')
    .describe('for a user without an avatar'),
  since: z
    .string()
    .max(64)
    .optional()
    .describe('anything: makes another address, which no cache has, for a page that knows of a change'),
})
export type AvatarQuery = z.output<typeof AvatarQuery>

/** `DELETE /v1/avatars/:userId`: in the address, or in the body as the account's own deletion has it. */
const reason = text(1, 500).optional().describe('required unless the avatar is one’s own; its owner is told')
export const WithdrawAvatarQuery = z.object({ reason })
export const WithdrawAvatar = z.strictObject({ reason }).meta({ id: 'WithdrawAvatar' })

/** `PATCH /v1/avatars/:userId`, a JSON merge patch (RFC 7396). */
export const DescribeAvatar = z
  .strictObject({ altText: text(0, 1000).nullable().optional().describe('null takes it away') })
  .meta({ id: 'DescribeAvatar' })

/** Headers of a change to the avatar that was seen. */
export const SeenAvatarHeaders = z.object({
  'if-match': IfMatch.optional().describe(
    'the version seen, such as `"17"`, or an ETag: of PATCH, of a picture of it, or of its upload; 412 when another is the avatar',
  ),
})

/** `GET /v1/avatars/:userId/:version/:file`, file = `256.webp` or `256.jpg`. */
export const VariantParams = z.object({
  userId: UserId,
  version: z.coerce.number<number>().int().positive().max(Number.MAX_SAFE_INTEGER),
  file: z.string().regex(/^[1-9]\d{0,3}\.(avif|webp|jpg)$/, fault('not-a-picture-name')),
})

/** Extensions of `/avatar/:hash.ext`, and the formats they ask for. */
export const hashedExtensions = { png: 'png', jpg: 'jpeg', jpeg: 'jpeg', webp: 'webp' } as const
export type HashedExtension = keyof typeof hashedExtensions

/** `GET /avatar/:hash[.ext]`, by the MD5 or SHA-256 hash of a lower-case e-mail address. */
export const HashedAvatarParams = z.object({
  file: z
    .string()
    .regex(/^(?:[0-9a-f]{32}|[0-9a-f]{64})(?:\.(?:png|jpe?g|webp))?$/i, fault('not-a-hashed-name'))
    .toLowerCase()
    .describe('the hash, and an extension that asks for a format'),
})

// Given twice, the last counts.
const choice = z.preprocess((value) => (Array.isArray(value) ? value.at(-1) : value), z.string().optional())

/**
 * Parameters of Gravatar and Libravatar. As there, what cannot be used is not refused: clients embed these
 * addresses in pages, where nobody reads a problem.
 */
export const HashedAvatarQuery = z.object({
  s: choice.describe('pixels, 1 to 512, default 80'),
  size: choice,
  d: choice.describe('404, mp, mm, identicon, initials, retro or blank; anything else is mp'),
  default: choice,
  f: choice.describe('y: the default even where there is an avatar'),
  forcedefault: choice,
})
export type HashedAvatarQuery = z.output<typeof HashedAvatarQuery>
