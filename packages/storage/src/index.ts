export {
  type BlobEntry,
  BlobNotFoundError,
  type BlobStore,
  InvalidBlobKeyError,
  StorageFullError,
} from './blob-store.js'
export { openStorage } from './open-storage.js'
