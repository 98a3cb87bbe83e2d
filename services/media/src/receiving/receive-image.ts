import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { Request } from '@likeness/runtime/server'
import { problem } from '../problems.js'
import { Blocks } from './blocks.js'
import { FormSink } from './form-sink.js'
import type { Held } from './in-flight.js'
import { type Pace, receiveBody } from './receive-body.js'

/** An uploaded file as it arrived, whole and within the limit. */
export type ReceivedImage = {
  readonly chunks: readonly Buffer[]
  readonly bytes: number
  /** hexadecimal */
  readonly sha256: string
  readonly filename: string | undefined
  /** Gives the memory of the chunks to the next uploads: nothing may read them any more. */
  readonly release?: () => void
}

/** The text fields of a form, in the order they came. */
export type Fields = readonly (readonly [name: string, value: string])[]

// Room for what surrounds the picture in a multipart body: boundaries, part headers, a few small fields.
const multipartOverhead = 64 * 1024

/**
 * Reads the one image of a request, multipart field `image` or the raw body, counting and hashing as it
 * arrives and stopping at the limit.
 * @param limit bytes
 * @param held counts what arrives
 * @throws Problem no-image, malformed-multipart, image-too-large, overloaded, and those of `receiveBody`
 */
export async function receiveImage(
  request: Request,
  { limit, pace, held }: { limit: number; pace: Pace; held: Held },
): Promise<{ image: ReceivedImage; fields: Fields }> {
  const { 'content-type': contentType = '', 'content-length': announced = 0 } = request.headers
  const isForm = /^multipart\//i.test(contentType)
  const most = limit + (isForm ? multipartOverhead : 0)
  if (Number(announced) > most) throw tooLarge(limit)
  // Without a type and a length there is no body at all.
  const body = request.body as Readable | undefined
  if (body === undefined) throw problem('no-image')
  held.expect(Number(announced))

  const image = new ImageSink(limit)
  const form = isForm ? new FormSink(contentType, image, multipartOverhead) : undefined
  let arrived = 0
  await receiveBody(body, { pace, ending: held.ending }, (piece) => {
    arrived += piece.length
    if (arrived > most) throw tooLarge(limit)
    held.take(piece.length)
    if (form) form.push(piece)
    else image.push(piece)
  })
  const { fields, filename } = form?.end() ?? { fields: [], filename: undefined }
  return { image: { ...image.end(), filename }, fields }
}

/** Keeps and hashes the bytes of one image. */
class ImageSink {
  readonly #hash = createHash('sha256')
  readonly #blocks = new Blocks()
  #bytes = 0
  constructor(readonly limit: number) {}

  push(piece: Buffer): void {
    this.#bytes += piece.length
    if (this.#bytes > this.limit) throw tooLarge(this.limit)
    this.#hash.update(piece)
    this.#blocks.push(piece)
  }

  end(): Omit<ReceivedImage, 'filename'> {
    if (this.#bytes === 0) throw problem('no-image')
    return {
      chunks: this.#blocks.end(),
      bytes: this.#bytes,
      sha256: this.#hash.digest('hex'),
      release: () => this.#blocks.release(),
    }
  }
}

// The rest of the body is not worth reading, so the connection ends with the answer.
const tooLarge = (limit: number) =>
  problem('image-too-large', { parameters: { limit }, headers: { connection: 'close' } })
