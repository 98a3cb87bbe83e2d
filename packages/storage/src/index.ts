export {
  type BlobEntry,
  BlobNotFoundError,
  type BlobStore,
  InvalidBlobKeyError,
  StorageAwayError,
  StorageFullError,
} from './blob-store.js'
export { mergeByKey } from './merge-by-key.js'
export { openStorage } from './open-storage.js'
export { parseStorageUrl, type S3Target } from './storage-url.js'
export { withFallback } from './with-fallback.js'
