import { ImageError, PictureGoneError } from '@likeness/images'
import { ServiceAwayError } from '@likeness/runtime/call-service'
import { isDatabaseAway } from '@likeness/runtime/database-errors'
import { NotYet } from '@likeness/runtime/job'
import { Problem } from '@likeness/runtime/problem'
import { BlobNotFoundError, StorageAwayError, StorageFullError } from '@likeness/storage'

/**
 * A word for what made a run fail, found in the error or in one that it names as its cause. The words of an error never
 * leave: they may name a path or a statement.
 */
export function causeOf(error: unknown): string {
  if (error instanceof ImageError || error instanceof Problem) return error.code
  if (error instanceof StorageAwayError) return 'storage-away'
  if (error instanceof StorageFullError) return 'storage-full'
  if (error instanceof BlobNotFoundError || error instanceof PictureGoneError) return 'original-missing'
  if (error instanceof ServiceAwayError) return 'accounts-away'
  if (isDatabaseAway(error)) return 'database-away'
  if (error instanceof Error && error.cause !== undefined) return causeOf(error.cause)
  return error instanceof NotYet ? 'not-yet' : 'unexpected'
}
