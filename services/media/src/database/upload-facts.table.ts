import type { Generated } from 'kysely'

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
