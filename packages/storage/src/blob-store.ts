/** One stored blob, as `list` shows it. */
export type BlobEntry = {
  readonly key: string
  /** Its size in bytes. */
  readonly bytes: number
  /** When it was last put. */
  readonly modifiedAt: Date
}

/** One file of a folder that is stored together. */
export type FolderFile = { readonly name: string; readonly bytes: Buffer }

/**
 * Bytes under keys. Every implementation passes the suite in `behaviour.ts`, which says in full what each
 * method answers; nothing may rely on more than that.
 *
 * A key is one or more names joined by `/`; `blob-key.ts` has the rules. Every method throws
 * `InvalidBlobKeyError` for a key (or prefix) outside them, before it touches anything.
 */
export type BlobStore = {
  /**
   * Stores the chunks, joined, under the key, replacing what was there. When it resolves the blob outlives a power
   * cut, and the chunks may be written over; a reader at the same moment gets the old blob or the new one, never a part.
   * Throws `StorageFullError` when no space is left; then nothing is stored and an older blob is intact.
   */
  put(key: string, chunks: Buffer | readonly Buffer[]): Promise<void>
  /**
   * Stores the files of one folder together, each under `<folder>/<name>`, as `put` does; those stored before under other
   * names stay. Cheaper than as many puts. On disk a new folder appears with all of its files or not at all.
   * Throws `StorageFullError` when no space is left; then some of them may be stored, on disk none in a new folder.
   */
  putFolder(folder: string, files: readonly FolderFile[]): Promise<void>
  /**
   * Stores the chunks, joined, under a key that no blob has had and that no one else writes or reads before this
   * resolves; then the blob outlives a power cut, and the chunks may be written over. It costs less than `put`. It is
   * not listed before it is whole. A key that has a blob may be refused with an error, or replaced.
   * Throws `StorageFullError` when no space is left; then nothing is stored.
   */
  create(key: string, chunks: Buffer | readonly Buffer[]): Promise<void>
  /** The whole blob. Throws `BlobNotFoundError`. */
  get(key: string): Promise<Buffer>
  /**
   * The path of the file that holds the blob, for another process of this machine to read. Only some stores
   * have files. Throws `BlobNotFoundError`.
   */
  readonly fileOf?: (key: string) => Promise<string>
  /** Deletes these blobs. A key without a blob is no error, so a delete may be repeated. */
  delete(keys: readonly string[]): Promise<void>
  /**
   * Every blob whose key starts with the prefix (`''`: all), in key order. A blob put or deleted during the
   * walk may or may not appear.
   */
  list(prefix: string): AsyncIterable<BlobEntry>
  /** Resolves when a put would work now, and throws the reason when it would not. For readiness. */
  check(): Promise<void>
  /**
   * Makes a form with which a client, without credentials, may store one blob of exactly this size under the
   * key until it expires, sent as multipart/form-data with the fields first and the field `file` last. Only
   * some stores can. Not every server checks the hash, so the reader of the blob has to.
   */
  readonly presignPost?: (key: string, upload: AnnouncedUpload) => Promise<PresignedPost>
  /** Closes the connections and files that the store holds open. No method may be called afterwards. */
  close(): Promise<void>
}

/** The upload that a client announces. */
export type AnnouncedUpload = {
  readonly bytes: number
  /** Hexadecimal. */
  readonly sha256: string
  readonly contentType: string
  readonly expiresInSeconds: number
}

type PresignedPost = { readonly url: string; readonly fields: Readonly<Record<string, string>> }

/** No blob has this key. */
export class BlobNotFoundError extends Error {
  override readonly name = 'BlobNotFoundError'
  constructor(readonly key: string) {
    super(`There is no blob ${key}`)
  }
}

/** The store has no space, or this user's quota of it is used up. Trying again later may work. */
export class StorageFullError extends Error {
  override readonly name = 'StorageFullError'
  constructor(options?: ErrorOptions) {
    super('The blob storage is full', options)
  }
}

/** The store does not answer. It may or may not have done what it was asked: try again. */
export class StorageAwayError extends Error {
  override readonly name = 'StorageAwayError'
  constructor(options?: ErrorOptions) {
    super('The blob storage does not answer', options)
  }
}

/** The key breaks the rules of `blob-key.ts`. A fault of the caller: keys are made by code, not by users. */
export class InvalidBlobKeyError extends Error {
  override readonly name = 'InvalidBlobKeyError'
  constructor(readonly key: string) {
    super(`Not a valid blob key: ${JSON.stringify(key.slice(0, 200))}`)
  }
}
