import { StorageAwayError, StorageFullError } from './blob-store.js'
import { errorCode } from './error-code.js'

/**
 * Codes with which servers say that a quota is used up or a disk is full: Ceph, MinIO, and others that
 * follow them. Amazon's own has no such limit. A 507 says the same.
 */
const fullCodes = new Set([
  'QuotaExceeded',
  'InsufficientStorage',
  'XMinioStorageFull',
  'XMinioAdminBucketQuotaExceeded',
  'StorageQuotaExceeded',
])

/** A failed request as an error of `blob-store.ts`; what only a person can mend stays as it is. */
export function s3Error(error: unknown): unknown {
  const status = statusOf(error)
  if (error instanceof Error && (status === 507 || fullCodes.has(error.name))) {
    return new StorageFullError({ cause: error })
  }
  if (isTransient(error, status)) return new StorageAwayError({ cause: error })
  return error
}

/** The HTTP status the server answered, when it answered at all. */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined
  const { httpStatusCode } = error.$metadata as { httpStatusCode?: number }
  return httpStatusCode
}

function isTransient(error: unknown, status: number | undefined): boolean {
  // The system's codes, such as ECONNRESET; the SDK names its timeouts.
  const code = errorCode(error)
  if (code === 'ERR_STREAM_PREMATURE_CLOSE' || /^E(?!RR_)/.test(code ?? '')) return true
  if (error instanceof Error && ['TimeoutError', 'AbortError'].includes(error.name)) return true
  return status !== undefined && (status >= 500 || status === 429)
}
