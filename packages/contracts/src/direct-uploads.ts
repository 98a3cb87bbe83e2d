import { z } from 'zod'
import { Id, Time } from './common.js'
import { fault } from './read-fields.js'
import { CreateUploadQuery, Sha256 } from './uploads.js'

/** `POST /v1/uploads/direct`. `userId` by managers and admins only. */
export const DirectUploadQuery = CreateUploadQuery.omit({ filename: true })

/** The picture that a client will send straight to the storage. */
export const CreateDirectUpload = z
  .strictObject({
    filename: z.string().max(20_000).optional(),
    contentType: z.string().regex(/^image\/[a-z0-9][a-z0-9.+-]{0,80}$/i, fault('not-an-image-type')),
    bytes: z.int().min(1),
    sha256: Sha256.describe('of the bytes, hexadecimal'),
  })
  .meta({ id: 'CreateDirectUpload' })
export type CreateDirectUpload = z.output<typeof CreateDirectUpload>

export const DirectUpload = z
  .object({
    id: Id.describe('of the upload it becomes when it is completed'),
    url: z.url().describe('where to POST multipart/form-data: the fields, then the picture as `file`'),
    fields: z.record(z.string(), z.string()),
    expiresAt: Time.describe('the form is accepted until then'),
  })
  .meta({ id: 'DirectUpload' })
export type DirectUpload = z.output<typeof DirectUpload>
