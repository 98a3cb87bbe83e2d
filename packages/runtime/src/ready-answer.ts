import { randomUUID } from 'node:crypto'
import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'

/** From this size on, copying the bytes behind their head costs more than a second write. */
const copiedBytes = 16_384

/** The parts of a request that decide its answer. */
export type Asked = Pick<IncomingMessage, 'method' | 'url' | 'headers'>

/** An answer that only waits to be sent. */
export type ReadyAnswer = {
  readonly status: 200 | 304
  /** Names and values in turn, all but the request's id. */
  readonly headers: readonly string[]
  /** The same as they are sent, behind the status line. */
  readonly head: string
  readonly bytes: Buffer | undefined
  /** What was sent of it last, while it can be sent again. */
  sent: Message | undefined
}

/** A whole answer with an id of its own, made for a second. */
type Message = { readonly bytes: Buffer; readonly idAt: number; readonly second: number }

/** @param headers valid ones, in lower case; what is undefined is left out */
export function readyAnswer(
  status: 200 | 304,
  headers: Readonly<Record<string, string | number | string[] | undefined>>,
  bytes?: Buffer,
): ReadyAnswer {
  const sent = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined || name === 'x-request-id' ? [] : [[name, String(value)]],
  )
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...sent.map(([name, value]) => `${name}: ${value}`),
  ]
  return { status, headers: sent.flat(), head: `${lines.join('\r\n')}\r\n`, bytes, sent: undefined }
}

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
  if (bytes !== undefined && bytes.length > copiedBytes) {
    socket.cork()
    socket.write(messageOf({ ...answer, bytes: undefined }, given ?? randomUUID(), keepAliveSeconds).bytes)
    socket.write(bytes)
    socket.uncork()
  } else if (given === undefined) {
    const second = Math.floor(Date.now() / 1000)
    if (answer.sent?.second === second) countOn(answer.sent)
    else answer.sent = messageOf(answer, randomUUID(), keepAliveSeconds)
    socket.write(answer.sent.bytes)
    // The kernel did not take all of it, so the bytes are the connection's.
    if (socket.writableLength > 0) answer.sent = undefined
  } else {
    socket.write(messageOf(answer, given, keepAliveSeconds).bytes)
  }
}

function messageOf({ head, bytes }: ReadyAnswer, id: string, keepAliveSeconds: number): Message {
  const now = new Date()
  const start = `${head}Date: ${now.toUTCString()}\r\nConnection: keep-alive\r\nKeep-Alive: timeout=${keepAliveSeconds}\r\nx-request-id: `
  const text = Buffer.from(`${start}${id}\r\n\r\n`, 'latin1')
  return {
    bytes: bytes === undefined ? text : Buffer.concat([text, bytes]),
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
