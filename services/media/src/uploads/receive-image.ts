import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { Request } from '@likeness/runtime'
import { problem } from '../problems.js'

/** An uploaded file as it arrived, whole and within the limit. */
export type ReceivedImage = {
  readonly chunks: readonly Buffer[]
  readonly bytes: number
  /** hexadecimal */
  readonly sha256: string
  readonly filename: string | undefined
}

// What a multipart body adds around the picture: boundaries, part headers, a few small fields.
const multipartOverhead = 64 * 1024

/**
 * Reads the one image of a request, multipart field `image` or the raw body, counting and hashing as it
 * arrives and stopping at the limit.
 * @param limit bytes
 * @throws Problem no-image, malformed-multipart, image-too-large
 */
export async function receiveImage(
  request: Request,
  limit: number,
  filename?: string,
): Promise<ReceivedImage> {
  const multipart = request.isMultipart()
  const announced = Number(request.headers['content-length'] ?? 0)
  if (announced > limit + (multipart ? multipartOverhead : 0)) throw tooLarge(limit)
  const received = multipart
    ? await receiveMultipart(request, limit)
    : { ...(await collect(request.body as Readable, limit)), filename }
  if (received.bytes === 0) throw problem('no-image')
  return received
}

/** What a request may hold in memory at most, for the bound of bytes in flight. */
export function bytesAnnounced(request: Request, limit: number): number {
  const announced = Number(request.headers['content-length'])
  return Number.isFinite(announced) ? Math.min(announced, limit) : limit
}

/** A file need not be named (RFC 7578 §4.2): its type tells it from a field of text as well. */
const isPartAFile = (_field: string | undefined, type: string | undefined, filename: string | undefined) =>
  filename !== undefined || /^(image\/|application\/octet-stream)/i.test(type ?? '')

async function receiveMultipart(request: Request, limit: number): Promise<ReceivedImage> {
  let image: ReceivedImage | undefined
  try {
    // One byte past the limit tells a file that fits from one that does not.
    for await (const part of request.parts({
      isPartAFile,
      limits: { fileSize: limit + 1, files: 2, fields: 16, fieldSize: 1024 },
    })) {
      if (part.type !== 'file') continue
      if (part.fieldname !== 'image' || image !== undefined) {
        part.file.resume()
        throw problem('no-image')
      }
      image = { ...(await collect(part.file, limit)), filename: part.filename }
    }
  } catch (error) {
    throw asMultipartProblem(error)
  }
  if (image === undefined) throw problem('no-image')
  return image
}

async function collect(stream: Readable, limit: number): Promise<Omit<ReceivedImage, 'filename'>> {
  const hash = createHash('sha256')
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > limit) throw tooLarge(limit)
    hash.update(chunk)
    chunks.push(chunk)
  }
  return { chunks, bytes, sha256: hash.digest('hex') }
}

// The rest of the body is not worth reading, so the connection ends with the answer.
const tooLarge = (limit: number) =>
  problem('image-too-large', { limit }, { headers: { connection: 'close' } })

function asMultipartProblem(error: unknown): unknown {
  if (!(error instanceof Error) || error.name === 'Problem') return error
  const code = 'code' in error ? error.code : undefined
  if (code === 'FST_FILES_LIMIT') return problem('no-image')
  if (code === 'FST_REQ_FILE_TOO_LARGE') return error
  return problem('malformed-multipart', {}, { headers: { connection: 'close' } })
}
