import { open } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** Where the drain leads. */
export type Sink = {
  /**
   * Resolves once the lines are kept there: on the disk, or taken with a status of 2xx.
   * @param lines NDJSON, each with its line break
   * @param name of this batch, the same whenever it is sent again
   * @throws SinkAwayError
   */
  write(lines: string, name: string): Promise<void>
}

/** The sink takes nothing now: the same lines are sent again later. */
class SinkAwayError extends Error {
  override name = 'SinkAwayError'
}

const timeoutMs = 15_000

/**
 * @param url AUDIT_DRAIN_URL
 * @param token AUDIT_DRAIN_TOKEN, sent as a bearer token over HTTPS
 */
export function openSink(url: string, token: string | undefined): Sink {
  const { protocol } = new URL(url)
  if (protocol === 'stdout:') return { write: (lines) => writeOut(lines) }
  if (protocol === 'file:') return { write: (lines) => append(fileURLToPath(url), lines) }
  return { write: (lines, name) => post(url, token, lines, name) }
}

const writeOut = (lines: string): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stdout.write(lines, (error) =>
      error ? reject(new SinkAwayError('stdout takes nothing', { cause: error })) : resolve(),
    )
  })

/** A process that died while it appended may have left a part of a line, which goes first: its lines come again. */
async function append(file: string, lines: string): Promise<void> {
  try {
    const handle = await open(file, 'a+', 0o600)
    try {
      await handle.truncate(await wholeLength(handle))
      await handle.appendFile(lines)
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw new SinkAwayError('the file of AUDIT_DRAIN_URL cannot be written', { cause: error })
  }
}

/** How long the file is up to its last line break. */
async function wholeLength(handle: Awaited<ReturnType<typeof open>>): Promise<number> {
  const { size } = await handle.stat()
  const block = Buffer.alloc(65_536)
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - block.length)
    const { bytesRead } = await handle.read(block, 0, end - start, start)
    const at = block.subarray(0, bytesRead).lastIndexOf(0x0a)
    if (at >= 0) return start + at + 1
    end = start
  }
  return 0
}

/** Redirects are not followed: they would lead the trail elsewhere. */
async function post(url: string, token: string | undefined, lines: string, name: string): Promise<void> {
  let status: number
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-ndjson',
        'idempotency-key': name,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: lines,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    status = answer.status
    await answer.body?.cancel()
  } catch (error) {
    throw new SinkAwayError('AUDIT_DRAIN_URL does not answer', { cause: error })
  }
  if (status < 200 || status > 299) throw new SinkAwayError(`AUDIT_DRAIN_URL answered ${status}`)
}
