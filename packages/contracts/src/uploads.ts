import { z } from 'zod'
import { Avatar } from './avatars.js'
import { Id, IfMatch, PageQuery, pageOf, Time, text } from './common.js'
import { fault } from './read-fields.js'

/** The states of an upload; only the arrows of `docs/architecture.md` exist between them. */
export const UploadStatus = z
  .enum([
    'pending',
    'confirmed',
    'published',
    'superseded',
    'withdrawn',
    'discarded',
    'expired',
    'rejected',
    'failed',
    'erased',
  ])
  .meta({ id: 'UploadStatus' })
export type UploadStatus = z.output<typeof UploadStatus>

/** Formats accepted, decided from the bytes. */
export const ImageFormat = z
  .enum(['jpeg', 'png', 'webp', 'gif', 'avif', 'heic', 'bmp'])
  .meta({ id: 'ImageFormat' })
export type ImageFormat = z.output<typeof ImageFormat>

/**
 * A square in whole pixels of the upright image, which variants are scaled to. Its sides may differ by one pixel, as
 * rounding makes them; any more is 422 `invalid-crop`.
 */
export const Crop = z
  .strictObject({
    x: z.int().min(0),
    y: z.int().min(0),
    width: z.int().min(1),
    height: z.int().min(1),
  })
  .meta({ id: 'Crop' })
export type Crop = z.output<typeof Crop>

/** Four numbers rounded one by one may be a pixel off. */
export const isSquare = ({ width, height }: Crop): boolean => Math.abs(width - height) <= 1

export const Upload = z
  .object({
    id: Id,
    userId: Id,
    status: UploadStatus,
    isConfirmed: z.boolean(),
    originalFilename: z.string().nullable().describe('cleaned, at most 255 characters'),
    format: ImageFormat,
    bytes: z.int(),
    width: z.int().describe('upright pixels'),
    height: z.int().describe('upright pixels'),
    pages: z.int().describe('frames of an animation, 1 for a still'),
    sha256: z.string().describe('of the uploaded bytes, hexadecimal'),
    crop: Crop.nullable(),
    altText: z.string().nullable(),
    uploadedAt: Time,
    confirmedAt: Time.nullable(),
    publishedAt: Time.nullable(),
    expiresAt: Time.nullable().describe('when a pending upload expires'),
    closedAt: Time.nullable().describe(
      'when it was discarded, expired, rejected, failed, superseded, withdrawn or erased',
    ),
    failure: z.object({ code: z.string(), detail: z.string() }).nullable(),
    previewUrl: z
      .url()
      .nullable()
      .describe(
        'null until the worker has made it, and once its files are gone. Signed: anyone who has it sees the preview ' +
          'for ten minutes, so an `<img>` may show it',
      ),
    thumbhash: z.string().nullable().describe('base64 of the ThumbHash of the preview'),
    heldByOperator: z
      .boolean()
      .describe('an operator withdrew it: its owner may restore it only once an operator lifts that'),
    avatar: Avatar.nullable().describe('its variants, once rendered'),
  })
  .meta({ id: 'Upload' })
export type Upload = z.output<typeof Upload>

/** The events of an upload; each is one row of its trail. */
export const UploadEventType = z
  .enum([
    'uploaded',
    'prepared',
    'rejected',
    'confirmed',
    'rendered',
    'published',
    'superseded',
    'withdrawn',
    'held',
    'restored',
    'described',
    'hold-lifted',
    'discarded',
    'expired',
    'failed',
    'original-deleted',
    'erased',
  ])
  .meta({ id: 'UploadEventType' })
export type UploadEventType = z.output<typeof UploadEventType>

/** The events of `GET /v1/uploads/:id/events`: `restored` is told as `confirmed`, `rejected` as `failed`. */
export const UploadNewsName = z.enum([
  'pending',
  'preview',
  'confirmed',
  'published',
  'failed',
  'discarded',
  'expired',
  'superseded',
  'withdrawn',
  'erased',
])
export type UploadNewsName = z.output<typeof UploadNewsName>

/** `GET /v1/uploads/:id/preview`: the link that `previewUrl` is. */
export const PreviewQuery = z
  .strictObject({
    expires: z.coerce.number<number>().int().describe('seconds since 1970'),
    signature: z.string().max(100),
  })
  .partial()
export type PreviewQuery = z.output<typeof PreviewQuery>

/** `GET /v1/uploads/:id/events` */
export const EventsQuery = z.strictObject({
  ticket: z.string().max(1000).optional().describe('in place of an access token'),
})

/** `POST /v1/uploads/:id/events/ticket` */
export const EventTicket = z
  .object({
    ticket: z.string(),
    url: z.url().describe('the events, for `new EventSource(url)`'),
    expiresAt: Time,
  })
  .meta({ id: 'EventTicket' })

/** The id of the last event that came; an empty one is none. */
export const LastEventId = z
  .string()
  .regex(/^\d{0,15}$/, fault('not-an-event-id'))
  .optional()
  .describe('sends what came after this event')

export const UploadPage = pageOf(Upload).meta({ id: 'UploadPage' })

/** `POST /v1/uploads`: in the query, or as fields of the form. */
export const CreateUploadQuery = z.object({
  filename: z.string().max(20_000).optional().describe('its name, in place of that of the file in a form'),
  userId: Id.optional().describe('whose it becomes, by managers and admins only; default the caller’s'),
  replace: z
    .literal('oldest')
    .optional()
    .describe('discard the oldest pending upload when the limit is reached'),
})

/** The form of `POST /v1/uploads`; its fields may come before or after the image. */
export const UploadForm = CreateUploadQuery.extend({ image: z.file() })
export type CreateUploadQuery = z.output<typeof CreateUploadQuery>

export const ListUploadsQuery = PageQuery.extend({
  status: UploadStatus.optional(),
  userId: Id.optional().describe('by managers and admins only'),
})

/** `POST /v1/uploads/import` */
export const ImportUpload = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/, error: fault('not-a-public-url') })
      .max(2_000)
      .describe('of the picture'),
    filename: z.string().max(20_000).optional().describe('its name; else the last part of the address'),
    userId: Id.optional().describe(
      'whose it becomes, by managers, admins and keys only; default the caller’s',
    ),
  })
  .meta({ id: 'ImportUpload' })
export type ImportUpload = z.output<typeof ImportUpload>

/** SHA-256 of the uploaded bytes, read in any case and kept in lower case. */
export const Sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/i, fault('not-a-sha256'))
  .toLowerCase()

/** Headers of an act that is done only to the upload that was seen. */
export const SeenUploadHeaders = z.object({
  'if-match': IfMatch.optional().describe(
    'the ETag with which the upload was read; 412 when its state, version, hold or text changed since',
  ),
})

/** `POST /v1/uploads/:id/confirm` */
export const ConfirmUpload = z
  .strictObject({
    crop: Crop.optional().describe('without it the centred square'),
    altText: text(0, 1000).optional(),
    sha256: Sha256.optional().describe('refuses when the bytes are not the ones that were shown'),
  })
  .meta({ id: 'ConfirmUpload' })
export type ConfirmUpload = z.output<typeof ConfirmUpload>

/** `POST /v1/uploads/:id/restore` */
export const RestoreUpload = z
  .strictObject({
    crop: Crop.optional().describe('renders anew, as an upload of its own, from the kept original'),
  })
  .meta({ id: 'RestoreUpload' })
export type RestoreUpload = z.output<typeof RestoreUpload>
