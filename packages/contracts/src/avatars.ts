import { z } from 'zod'
import { Id, text } from './common.js'

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

export const AvatarParams = z.object({ userId: Id })

/** `GET /v1/avatars/:userId?size=&format=&default=` */
export const AvatarQuery = z.object({
  size: z.coerce
    .number()
    .int()
    .min(1)
    .max(4096)
    .default(256)
    .describe('pixels; the nearest rendered size ≥ it, at most the largest'),
  format: VariantFormat.optional().describe('without it `Accept` decides'),
  default: z
    .enum(['initials', 'identicon', 'blank', '404'])
    .default('initials')
    .describe('for a user without an avatar'),
})
export type AvatarQuery = z.output<typeof AvatarQuery>

/** `DELETE /v1/avatars/:userId` */
export const WithdrawAvatarQuery = z.object({
  reason: text(1, 500).optional().describe('required unless the avatar is one’s own; its owner is told'),
})

/** `GET /v1/avatars/:userId/:version/:file`, file = `256.webp` or `256.jpg`. */
export const VariantParams = z.object({
  userId: Id,
  version: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER),
  file: z.string().regex(/^\d{1,4}\.(avif|webp|jpg)$/),
})
