import { invalid } from '@likeness/runtime/judge-requests'
import { problem } from '../problems.js'
import { Blocks } from './blocks.js'
import { MultipartReader, type Take } from './multipart-reader.js'
import type { PartHead } from './part-head.js'

/** A file need not have a name (RFC 7578 §4.2): its type tells it from a text field as well. */
const isFile = ({ filename, type = '' }: PartHead) =>
  filename !== undefined || /^(image\/|application\/octet-stream)/.test(type)

/** Keeps the fields of a form, and passes on its one file. */
export class FormSink {
  readonly #reader: MultipartReader
  readonly #fields: { readonly name: string; readonly value: Blocks }[] = []
  #fieldBytes = 0
  #image: PartHead | undefined

  /** @param mostFieldBytes the limit for the values of all fields together */
  constructor(contentType: string, image: { push: Take }, mostFieldBytes: number) {
    this.#reader = new MultipartReader(contentType, (head) => {
      if (isFile(head)) {
        if (head.name !== 'image' || this.#image !== undefined) throw problem('no-image')
        this.#image = head
        return (piece) => image.push(piece)
      }
      const field = { name: head.name, value: new Blocks() }
      this.#fields.push(field)
      return (piece) => {
        this.#fieldBytes += piece.length
        if (this.#fieldBytes > mostFieldBytes) throw tooLong(head.name, mostFieldBytes)
        field.value.push(piece)
      }
    })
  }

  /** @throws Problem no-image, malformed-multipart, validation-failed, and those of `image.push` */
  push(piece: Buffer): void {
    this.#reader.push(piece)
  }

  /** @throws Problem no-image, malformed-multipart */
  end(): { fields: (readonly [name: string, value: string])[]; filename: string | undefined } {
    this.#reader.end()
    if (this.#image === undefined) throw problem('no-image')
    const fields = this.#fields.map(({ name, value }) => {
      const text = Buffer.concat(value.end()).toString()
      value.release()
      return [name, text] as const
    })
    return { fields, filename: this.#image.filename }
  }
}

const tooLong = (path: string, limit: number) => invalid([{ path, code: 'too-long', parameters: { limit } }])
