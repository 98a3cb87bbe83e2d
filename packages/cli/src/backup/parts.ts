import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'

/** A compressed file of a backup: its path in the backup's folder, its bytes and their hash. */
export type Part = { readonly file: string; readonly bytes: number; readonly sha256: string }

/**
 * Writes a part, compressed and synced, readable by its owner alone.
 * @param through sees the bytes before they are compressed
 */
export async function writePart(
  folder: string,
  file: string,
  source: Readable | AsyncIterable<string>,
  through: (chunk: Buffer) => void = () => undefined,
): Promise<Part> {
  const path = join(folder, file)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const hash = createHash('sha256')
  let bytes = 0
  const packed = watch((chunk) => {
    hash.update(chunk)
    bytes += chunk.length
  })
  await pipeline(
    source,
    watch(through),
    createGzip({ level: 3 }),
    packed,
    createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }),
  )
  return { file, bytes, sha256: hash.digest('hex') }
}

/** What was written into a part. */
export const readPart = (folder: string, { file }: Part): Readable => {
  const unpacked = createGunzip()
  const packed = createReadStream(join(folder, file))
  packed.once('error', (error) => unpacked.destroy(error))
  return packed.pipe(unpacked)
}

/** Whether a part is as it was written. */
export async function isWhole(folder: string, { file, bytes, sha256 }: Part): Promise<boolean> {
  const hash = createHash('sha256')
  let found = 0
  try {
    for await (const chunk of createReadStream(join(folder, file)) as AsyncIterable<Buffer>) {
      hash.update(chunk)
      found += chunk.length
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
  return found === bytes && hash.digest('hex') === sha256
}

/** The lines of a stream of text, without their ends. */
export async function* linesOf(stream: Readable): AsyncGenerator<string> {
  let rest = ''
  for await (const text of stream.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}

const watch = (look: (chunk: Buffer) => void) =>
  new Transform({
    transform(chunk: Buffer, _encoding, done) {
      look(chunk)
      done(null, chunk)
    },
  })
