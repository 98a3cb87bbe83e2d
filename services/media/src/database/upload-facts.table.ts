import type { Generated } from 'kysely'
import type { NewUpload } from './uploads.table.js'

/**
 * What never changes of an upload, in a row of its own: an index of this table is written once, one of `uploads` at each
 * transition. It is made and deleted with its upload.
 */
export type UploadFactsTable = {
  user_id: string
  id: string
  uploaded_at: Generated<Date>
  bytes: number
  format: string
  sha256: Buffer
  filename: string | null
}

/** The row of a new upload. */
export const factsOf = ({ user_id, id, bytes, format, sha256, original_filename }: NewUpload) => ({
  user_id,
  id,
  bytes,
  format,
  sha256: Buffer.from(sha256, 'hex'),
  filename: original_filename,
})
