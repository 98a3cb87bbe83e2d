import { closeSync, fchmod, fsync, open, openSync, writeFileSync, writev } from 'node:fs'
import { promisify } from 'node:util'

/** Files by their number: the objects of node:fs/promises cost more than the few calls made on each. */
export const call = {
  open: promisify(open),
  writev: promisify(writev),
  fchmod: promisify(fchmod),
  fsync: promisify(fsync),
}

/** Only its owner may read a blob: the metadata of originals tells much about a person. */
const whole = 0o600
/** A file that is still written has this mode, by which `isPart` knows it. */
const part = 0o200

/**
 * Writes the chunks into a new file, normally with one `writev`, and fsyncs it. On an error the file is left as it is.
 */
export async function writeDurably(path: string, chunks: readonly Buffer[]): Promise<void> {
  const file = await call.open(path, 'wx', whole)
  await fill(file, chunks)
}

/**
 * As `writeDurably`, for a small file among many: handing each step to another thread costs more than the step. Only what
 * waits for the disk is handed over.
 */
export async function writeSmallDurably(path: string, bytes: Buffer): Promise<void> {
  const file = openSync(path, 'wx', whole)
  try {
    writeFileSync(file, bytes)
    await call.fsync(file)
  } finally {
    closeSync(file)
  }
}

/**
 * As `writeDurably`, into a file that has its final name already, and is a part until it is whole.
 * @returns what is left to wait for, once the file has its name in its folder
 */
export async function beginPart(
  path: string,
  chunks: readonly Buffer[],
): Promise<{ written: Promise<void> }> {
  const file = await call.open(path, 'wx', part)
  return { written: fill(file, chunks, () => call.fchmod(file, whole)) }
}

async function fill(
  file: number,
  chunks: readonly Buffer[],
  beforeSync: () => Promise<void> = async () => undefined,
): Promise<void> {
  try {
    let rest = chunks.filter((chunk) => chunk.length > 0)
    while (rest.length > 0) {
      // A short write is no error (a disk about to be full, more than IOV_MAX chunks): go on after it.
      const { bytesWritten } = await call.writev(file, rest)
      rest = after(rest, bytesWritten)
    }
    await beforeSync()
    await call.fsync(file)
  } finally {
    // All of it is on the disk, or given up: nothing is left to wait for.
    closeSync(file)
  }
}

/** Whether a file is still written, or was when its writer died. */
export const isPart = ({ mode }: { readonly mode: number }): boolean => (mode & 0o777) === part

function after(chunks: readonly Buffer[], written: number): Buffer[] {
  let skip = written
  const rest: Buffer[] = []
  for (const chunk of chunks) {
    if (skip < chunk.length) rest.push(skip > 0 ? chunk.subarray(skip) : chunk)
    skip = Math.max(0, skip - chunk.length)
  }
  return rest
}
