/**
 * - `unsupported-image`: not one of the accepted formats
 * - `invalid-image`: an accepted format, but broken
 * - `too-many-pixels`, `image-too-small`: outside the limits given
 * - `invalid-crop`: the crop is not whole pixels inside the upright picture
 * - `decode-timeout`, `decode-memory`: decoding passed its limit of CPU time or memory and was killed
 * - `decode-crash`: the decoding process died
 * - `decode-starved`: the machine did not give the decoding process its time, or did not even start it. Says
 *   nothing about the picture, which is worth another try
 */
export type ImageErrorCode =
  | 'unsupported-image'
  | 'invalid-image'
  | 'too-many-pixels'
  | 'image-too-small'
  | 'invalid-crop'
  | 'decode-timeout'
  | 'decode-memory'
  | 'decode-crash'
  | 'decode-starved'

/** The file of a picture is not there: it may have been deleted while its job waited. */
export class PictureGoneError extends Error {
  override readonly name = 'PictureGoneError'
}

/** A fault of a picture. The message may be shown to its owner; the `cause` is the library's own error. */
export class ImageError extends Error {
  override readonly name = 'ImageError'
  constructor(
    readonly code: ImageErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}
