import type { Readable } from 'node:stream'
import type { MediaConfig } from '../config.js'
import { problem } from '../problems.js'
import { busy } from './busy.js'

/** How fast a body has to arrive. */
export type Pace = Pick<MediaConfig, 'UPLOAD_LEAST_BYTES' | 'UPLOAD_LEAST_SECONDS'>

/**
 * Hands on each piece of a body as it arrives, until it ends or `take` throws. What comes after that flows on and is
 * thrown away.
 * @param ending aborts once this process closes and waits no longer
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
      // What waits to be read counts too, when this process itself was slow.
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
    // That it was cut short is told by its end.
    body.on('error', () => undefined)
    body.on('data', onData).on('end', onEnd).on('close', onClose)
    ending.addEventListener('abort', onEnding)
    if (ending.aborted) onEnding()
    // The client left before anyone listened.
    if (body.destroyed) onClose()
  })
}

// A client this slow is not waited for while the rest is read.
const tooSlow = ({ UPLOAD_LEAST_BYTES: bytes, UPLOAD_LEAST_SECONDS: seconds }: Pace) =>
  problem('upload-too-slow', { parameters: { bytes, seconds }, headers: { connection: 'close' } })
