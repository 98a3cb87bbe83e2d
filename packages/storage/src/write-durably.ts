import { open } from 'node:fs/promises'

/**
 * Writes the chunks into a new file, normally with one `writev`, and fsyncs it. Only its
 * owner may read the file: the metadata of originals tells much about a person. On an error the file is left as it is.
 */
export async function writeDurably(path: string, chunks: readonly Buffer[]): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    let rest = chunks.filter((chunk) => chunk.length > 0)
    while (rest.length > 0) {
      // A short write is no error (a disk about to be full, more than IOV_MAX chunks): go on after it.
      const { bytesWritten } = await file.writev(rest)
      rest = after(rest, bytesWritten)
    }
    await file.sync()
  } finally {
    await file.close()
  }
}

function after(chunks: readonly Buffer[], written: number): Buffer[] {
  let skip = written
  const rest: Buffer[] = []
  for (const chunk of chunks) {
    if (skip < chunk.length) rest.push(skip > 0 ? chunk.subarray(skip) : chunk)
    skip = Math.max(0, skip - chunk.length)
  }
  return rest
}
