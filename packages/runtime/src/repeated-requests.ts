import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { hasBody } from './judge-requests.js'
import type { Asked, ReadyAnswer } from './ready-answer.js'
import { requestIdOf } from './request-id.js'

const mostHeads = 1_000
const longestHead = 4_096
const blankLine = Buffer.from('\r\n\r\n')
/** From this size on, copying the bytes behind their head costs more than a second write. */
const copiedBytes = 16_384

/** A piece of a connection that Node's parser is reading. */
type Reading = {
  requests: number
  request?: IncomingMessage
  response?: ServerResponse
  /** Whether the request got a ready answer. */
  answered: boolean
  /** Whether it was looked up as known bytes, and nothing was ready. */
  readonly isDeclined: boolean
}

/**
 * Answers a request whose very bytes came before without parsing them again, which is half of what a small answer costs
 * Node. Nothing here reads HTTP: Node's parser took the same bytes before for exactly one request without a body, and what
 * was asked then is asked again. Bytes that differ in anything, or that do not begin and end with a request, go to the parser.
 * @param find says what is answered now; undefined leaves the request to the parser
 */
export function answerRepeats(server: Server, find: (asked: Asked) => ReadyAnswer | undefined) {
  const asked = new Map<string, Asked>()
  const followed = new WeakSet<Socket>()
  let reading: Reading | undefined

  /** Comes between a connection and Node's parser. */
  function follow(socket: Socket): void {
    const [parse, ...others] = socket.listeners('data')
    if (parse === undefined || others.length > 0 || socket.destroyed) return
    /** The response to what the parser read last; undefined while it may be within a request. */
    let answered: ServerResponse | undefined
    socket.removeListener('data', parse as never)
    socket.on('data', (piece: Buffer) => {
      const isBetween = answered?.writableFinished === true && socket.writable && socket.writableLength === 0
      const head = isBetween && piece.length <= longestHead ? piece.toString('latin1') : undefined
      const known = head === undefined ? undefined : asked.get(head)
      const answer = known && find(known)
      if (known && answer) return write(socket, known, answer)

      const read: Reading = { requests: 0, answered: false, isDeclined: known !== undefined }
      reading = read
      try {
        parse.call(socket, piece)
      } finally {
        reading = undefined
      }
      const { request } = read
      const isOne = read.requests === 1 && request !== undefined && !hasBody(request)
      const isWhole = isOne && piece.subarray(-blankLine.length).equals(blankLine)
      answered = isWhole ? read.response : undefined
      if (head !== undefined && isWhole && read.answered) {
        if (asked.size >= mostHeads) asked.clear()
        asked.set(head, { method: request.method, url: request.url, headers: request.headers })
      }
    })
  }

  function write(socket: Socket, to: Asked, { head, bytes }: ReadyAnswer): void {
    const text = `${head}x-request-id: ${requestIdOf(to)}\r\nDate: ${dateNow()}\r\nConnection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(server.keepAliveTimeout / 1000)}\r\n\r\n`
    if (bytes === undefined) {
      socket.write(text, 'latin1')
    } else if (bytes.length <= copiedBytes) {
      const whole = Buffer.allocUnsafe(text.length + bytes.length)
      whole.write(text, 'latin1')
      bytes.copy(whole, text.length)
      socket.write(whole)
    } else {
      socket.cork()
      socket.write(text, 'latin1')
      socket.write(bytes)
      socket.uncork()
    }
  }

  return {
    /** Has to be told of every request, first. @returns whether the request was not looked up a moment ago */
    sees(request: IncomingMessage, response: ServerResponse): boolean {
      if (!reading) return true
      reading.requests += 1
      reading.request = request
      reading.response = response
      return !reading.isDeclined
    },
    /** The request got a ready answer, so it may come again. */
    expect({ socket, httpVersion }: IncomingMessage): void {
      if (reading) reading.answered = httpVersion === '1.1'
      if (followed.has(socket)) return
      followed.add(socket)
      // Not while the parser is reading.
      setImmediate(follow, socket)
    },
  }
}

let [second, date] = [0, '']

/** Now, as HTTP writes it (RFC 9110 §5.6.7). */
function dateNow(): string {
  const now = Math.floor(Date.now() / 1000)
  if (now !== second) [second, date] = [now, new Date(now * 1000).toUTCString()]
  return date
}
