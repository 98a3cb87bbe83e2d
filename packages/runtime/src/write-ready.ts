import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Message, ReadyAnswer } from './ready-answer.js'

/** From this size on, copying the bytes behind their head costs more than a second write. */
const copiedBytes = 16_384

const isLarge = (bytes: Buffer) => bytes.length > copiedBytes

/**
 * Writes an answer to a connection that stays open, as Node's own response would.
 * @param given the request's id, where it brought one
 * @param keepAliveSeconds for how long the connection stays
 */
export function writeReady(
  socket: Socket,
  answer: ReadyAnswer,
  given: string | undefined,
  keepAliveSeconds: number,
): void {
  const { bytes } = answer
  const message =
    given === undefined ? nextOf(answer, keepAliveSeconds) : messageOf(answer, given, keepAliveSeconds)
  if (bytes !== undefined && isLarge(bytes)) {
    socket.cork()
    socket.write(message.bytes)
    socket.write(bytes)
    socket.uncork()
  } else {
    socket.write(message.bytes)
  }
  // The kernel did not take all of it, so the bytes are the connection's.
  if (socket.writableLength > 0) answer.sent = undefined
}

/** The answer with an id that none before it had. */
function nextOf(answer: ReadyAnswer, keepAliveSeconds: number): Message {
  const { sent } = answer
  if (sent?.second === Math.floor(Date.now() / 1000)) {
    countOn(sent)
    return sent
  }
  answer.sent = messageOf(answer, randomUUID(), keepAliveSeconds)
  return answer.sent
}

function messageOf({ head, bytes }: ReadyAnswer, id: string, keepAliveSeconds: number): Message {
  const now = new Date()
  const start = `${head}Date: ${now.toUTCString()}\r\nConnection: keep-alive\r\nKeep-Alive: timeout=${keepAliveSeconds}\r\nx-request-id: `
  const text = Buffer.from(`${start}${id}\r\n\r\n`, 'latin1')
  return {
    bytes: bytes === undefined || isLarge(bytes) ? text : Buffer.concat([text, bytes]),
    idAt: start.length,
    second: Math.floor(now.getTime() / 1000),
  }
}

/** Adds one to the last twelve digits of the UUID: drawing another takes as long as finding the answer. */
function countOn({ bytes, idAt }: Message): void {
  for (let at = idAt + 35; at > idAt + 23; at -= 1) {
    const digit = bytes[at]
    bytes[at] = digit === codeOf9 ? codeOfA : digit === codeOfF ? codeOf0 : (digit ?? 0) + 1
    if (digit !== codeOfF) return
  }
}

const [codeOf0, codeOf9, codeOfA, codeOfF] = [48, 57, 97, 102]
