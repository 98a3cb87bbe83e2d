import { problem } from '../problems.js'
import { type PartHead, readBoundary, readPartHead } from './part-head.js'

/** Takes the content of a part, piece by piece. */
export type Take = (content: Buffer) => void

const mostParts = 20
const mostHeadBytes = 8 * 1024
const headEnd = Buffer.from('\r\n\r\n')
const nothing = Buffer.alloc(0)
const lineBreak = Buffer.from('\r\n')

/**
 * Reads a body of multipart/form-data (RFC 7578) as it arrives. It takes what it is given and never waits, so no
 * body can make it stop half-way. It refuses a part of another disposition or without a name, a head over 8 KiB, more
 * than 20 parts, and an end before the last boundary.
 */
export class MultipartReader {
  readonly #delimiter: Buffer
  readonly #onPart: (head: PartHead) => Take
  #state: 'before' | 'head' | 'content' | 'after' = 'before'
  // The first boundary may begin the body, without the line break before the others.
  #rest: Buffer = lineBreak
  #parts = 0
  #take: Take = () => undefined

  /**
   * @param contentType of the request
   * @param onPart is called for each part, and returns what takes its content
   * @throws Problem malformed-multipart when the type names no boundary
   */
  constructor(contentType: string, onPart: (head: PartHead) => Take) {
    const boundary = readBoundary(contentType)
    if (boundary === undefined) throw malformed()
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
    this.#onPart = onPart
  }

  /** @throws Problem malformed-multipart, and what `onPart` and its takers throw */
  push(chunk: Buffer): void {
    let left = chunk
    if (this.#rest === lineBreak) {
      // No more is copied behind the first line break than a boundary, since the chunk may be large.
      const length = this.#delimiter.length - lineBreak.length
      this.#read(chunk.subarray(0, length))
      left = chunk.subarray(length)
    }
    this.#read(left)
  }

  #read(chunk: Buffer): void {
    if (this.#state === 'content' && this.#isPast(chunk)) {
      if (this.#rest.length > 0) this.#take(this.#rest)
      this.#rest = chunk
    } else this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    while (this.#step());
  }

  /** @throws Problem malformed-multipart unless the last boundary came */
  end(): void {
    if (this.#state !== 'after') throw malformed()
  }

  /** @returns whether there may be more to do with what has arrived */
  #step(): boolean {
    if (this.#state === 'head') return this.#readHead()
    if (this.#state === 'after') {
      this.#rest = nothing
      return false
    }
    return this.#readContent()
  }

  /** Whether no boundary begins in what is left of the content: then the chunk, which may be large, is not copied. */
  #isPast(chunk: Buffer): boolean {
    if (chunk.length < this.#delimiter.length) return false
    const seam = Buffer.concat([this.#rest, chunk.subarray(0, this.#delimiter.length)])
    const at = seam.indexOf(this.#delimiter)
    return at < 0 || at >= this.#rest.length
  }

  #readContent(): boolean {
    const at = this.#rest.indexOf(this.#delimiter)
    // The last bytes may begin a boundary, so they wait for what follows.
    const end = at < 0 ? Math.max(0, this.#rest.length - this.#delimiter.length + 1) : at
    if (this.#state === 'content' && end > 0) this.#take(this.#rest.subarray(0, end))
    this.#rest = this.#rest.subarray(at < 0 ? end : at + this.#delimiter.length)
    if (at >= 0) this.#state = 'head'
    return at >= 0
  }

  #readHead(): boolean {
    if (this.#rest.length < 2) return false
    if (this.#rest.toString('latin1', 0, 2) === '--') {
      this.#state = 'after'
      return true
    }
    const end = this.#rest.indexOf(headEnd)
    if (end > mostHeadBytes || (end < 0 && this.#rest.length > mostHeadBytes)) throw malformed()
    if (end < 0) return false
    this.#parts += 1
    const head = readPartHead(this.#rest.toString('utf8', 0, end))
    if (head === undefined || this.#parts > mostParts) throw malformed()
    this.#take = this.#onPart(head)
    this.#rest = this.#rest.subarray(end + headEnd.length)
    this.#state = 'content'
    return true
  }
}

// The rest cannot be read either, so the connection ends with the answer.
const malformed = () => problem('malformed-multipart', { headers: { connection: 'close' } })
