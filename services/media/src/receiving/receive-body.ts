import type { Readable } from 'node:stream'
import type { MediaConfig } from '../config.js'
import { problem } from '../problems.js'
import { busy } from './busy.js'

/** How fast a body has to arrive. */
export type Pace = Pick<MediaConfig, 'UPLOAD_LEAST_BYTES' | 'UPLOAD_LEAST_SECONDS'>

/**
 * Passes each piece of a body to `take` as it arrives, until the body ends or `take` throws. The rest is read and thrown
 * away.
 * @param ending aborts once this process closes and no longer waits
 * @throws Problem upload-too-slow, overloaded once `ending`, malformed-request when the client left, and what `take`
 * throws
 */
export function receiveBody(
  body: Readable,
  { pace, ending }: { pace: Pace; ending: AbortSignal },
  take: (piece: Buffer) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let arrived = 0
    const look = setInterval(() => {
      // Bytes that wait to be read count too, in case this process was slow.
      setImmediate(() => {
        if (arrived < pace.UPLOAD_LEAST_BYTES) fail(tooSlow(pace))
        arrived = 0
      })
    }, pace.UPLOAD_LEAST_SECONDS * 1000)
    const onData = (piece: Buffer) => {
      arrived += piece.length
      try {
        take(piece)
      } catch (error) {
        fail(error)
      }
    }
    const onEnd = () => {
      stop()
      resolve()
    }
    const onClose = () => fail(problem('malformed-request'))
    const onEnding = () => fail(busy())
    const stop = () => {
      clearInterval(look)
      body.off('data', onData).off('end', onEnd).off('close', onClose)
      ending.removeEventListener('abort', onEnding)
    }
    const fail = (error: unknown) => {
      stop()
      reject(error)
    }
    // A body that was cut short is noticed when it closes.
    body.on('error', () => undefined)
    body.on('data', onData).on('end', onEnd).on('close', onClose)
    ending.addEventListener('abort', onEnding)
    if (ending.aborted) onEnding()
    // The client may have left before this listened.
    if (body.destroyed) onClose()
  })
}

// The rest of so slow a body is not waited for.
const tooSlow = ({ UPLOAD_LEAST_BYTES: bytes, UPLOAD_LEAST_SECONDS: seconds }: Pace) =>
  problem('upload-too-slow', { parameters: { bytes, seconds }, headers: { connection: 'close' } })
