import type { BlobStore } from './blob-store.js'
import { openDiskStorage } from './disk-storage.js'
import { openS3Storage } from './s3-storage.js'
import { parseStorageUrl } from './storage-url.js'

/**
 * Opens the storage a URL names; its scheme picks the implementation.
 *
 * - `file:///absolute/folder`: a folder of this machine's disk, made when missing.
 * - `s3://bucket/optional-prefix?…`: a bucket of Amazon S3 or of any server that speaks its protocol. Options:
 *   `region`, `endpoint`, `publicEndpoint`, `pathStyle=true`, `sse=AES256|aws:kms|aws:kms:dsse`, `kmsKeyId`,
 *   `createBucket=true`, `timeoutMs` (10000), `attempts` (3). Credentials come from where the AWS SDK finds them.
 *   Nothing is sent before the first use.
 *
 * Throws an Error with one clear line when the URL is not one of these or the folder cannot be written.
 */
export function openStorage(url: string): BlobStore {
  const target = parseStorageUrl(url)
  return target.kind === 'disk' ? openDiskStorage(target.folder) : openS3Storage(target)
}
