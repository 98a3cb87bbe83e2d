import { z } from 'zod'
import { DryRunQuery, Id, PageQuery, pageOf, Time, text } from './common.js'
import { fault } from './read-fields.js'
import { UploadStatus } from './uploads.js'

const Sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/i, fault('not-a-sha256'))
  .toLowerCase()

/** Bits of 64 in which the looks of two pictures may differ at most. Past 16 different photos are found too. */
const Distance = z.int().min(0).max(16)

const reason = text(1, 500).describe('its owner is told')

/** `POST /v1/uploads/:id/refuse` */
export const RefuseUpload = z
  .strictObject({ reason, sha256: Sha256.optional().describe('of what was looked at; another is 409') })
  .meta({ id: 'RefuseUpload' })
export type RefuseUpload = z.output<typeof RefuseUpload>

/** `POST /v1/takedowns?dryRun=true`; the page is that of the list. */
export const TakeDownQuery = PageQuery.extend(DryRunQuery.shape)

/** `POST /v1/takedowns` */
export const TakeDown = z
  .strictObject({
    address: z
      .string()
      .min(1)
      .max(4_000)
      .optional()
      .describe(
        'any address of the picture at this origin, or its path: of a variant, an avatar, a preview, an upload, or by e-mail hash; of its file at the CDN or in the bucket, signed or not; or the id of an upload',
      ),
    uploadId: Id.optional().describe('in place of the address'),
    alike: Distance.optional().describe(
      'also pictures whose look differs in at most so many of 64 bits, mirrored ones too; 8 with `block` unless given',
    ),
    block: z.boolean().default(false).describe('refuse the picture, and those alike, from now on'),
    except: z.array(Id).max(1_000).default([]).describe('uploads of the list to leave as they are'),
    reason: reason.optional().describe('required unless it is a dry run; the owners are told'),
    seen: z
      .string()
      .regex(/^[0-9a-f]{64}$/, fault('not-as-given'))
      .optional()
      .describe('that of the dry run, required unless this is one: what it listed is what is taken down'),
  })
  .meta({ id: 'TakeDown' })
export type TakeDown = z.output<typeof TakeDown>

/** What a take-down does to an upload; `none` when nothing of it is left to show, or an operator holds it already. */
export const TakeDownAct = z.enum(['withdraw', 'refuse', 'hold', 'none'])
export type TakeDownAct = z.output<typeof TakeDownAct>

/** One use of a picture, as a dry run lists it. */
const PictureUse = z.object({
  uploadId: Id,
  userId: Id,
  status: UploadStatus,
  act: TakeDownAct,
  sha256: z.string(),
  distance: z.int().describe('bits of 64 in which its look differs; 0 for the same bytes'),
  version: z.int().nullable(),
  uploadedAt: Time,
  previewUrl: z.url().nullable().describe('as that of the upload'),
})

/** The answer to a dry run. */
export const TakeDownList = pageOf(PictureUse)
  .extend({
    uploadId: Id.describe('the upload that the address leads to'),
    sha256: z.string(),
    alike: z
      .int()
      .nullable()
      .describe('the distance that was looked within; null where only the same bytes were'),
    hasLook: z
      .boolean()
      .describe('false: too plain, or never decoded, so that only the same bytes are found'),
    total: z.int().describe('uploads in all pages'),
    toTakeDown: z.int().describe('those of them that would change'),
    users: z.int().describe('whose they are'),
    seen: z.string().describe('send it with the take-down of what is listed here'),
  })
  .meta({ id: 'TakeDownList' })
export type TakeDownList = z.output<typeof TakeDownList>

/** A take-down that was made. */
export const Takedown = z
  .object({
    id: Id,
    at: Time,
    actorId: Id,
    reason: z.string(),
    uploadId: Id.describe('the upload that was named'),
    sha256: z.string(),
    alike: z.int().nullable(),
    blockedImageId: Id.nullable().describe('its entry on the deny-list'),
    finishedAt: Time.nullable().describe('null while uploads are left to take down, which a job does'),
    uploads: z
      .record(z.enum(['waiting', 'withdrawn', 'refused', 'held', 'left', 'gone']), z.int())
      .describe('how many are in each state; `gone` were closed or erased meanwhile, `left` were excepted'),
  })
  .meta({ id: 'Takedown' })
export type Takedown = z.output<typeof Takedown>

export const TakedownPage = pageOf(Takedown).meta({ id: 'TakedownPage' })

/** One entry of the deny-list. */
export const BlockedImage = z
  .object({
    id: Id,
    sha256: z.string(),
    distance: z
      .int()
      .nullable()
      .describe(
        'pictures whose look differs in at most so many bits are refused too; null: the same bytes only',
      ),
    reason: z.string(),
    actorId: Id,
    at: Time,
    takedownId: Id,
  })
  .meta({ id: 'BlockedImage' })
export type BlockedImage = z.output<typeof BlockedImage>

export const BlockedImagePage = pageOf(BlockedImage).meta({ id: 'BlockedImagePage' })

/** `DELETE /v1/blocked-images/:id`: the reason in the address, or in the body. */
export const UnblockImageQuery = z.object({ reason: text(1, 500).optional() })
export const UnblockImage = z.strictObject({ reason: text(1, 500).optional() }).meta({ id: 'UnblockImage' })
