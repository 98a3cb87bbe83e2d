import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { hasBody } from './judge-requests.js'
import type { Asked, ReadyAnswer } from './ready-answer.js'
import { givenRequestId } from './request-id.js'
import { writeReady } from './write-ready.js'

const mostHeads = 1_000
const longestHead = 4_096
const blankLine = Buffer.from('\r\n\r\n')

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

/** A request that got a ready answer before. */
type Known = {
  readonly asked: Asked
  /** The id it brought. */
  readonly id: string | undefined
  /** The answer it gets at the end of this turn of the event loop. */
  answer?: ReadyAnswer | undefined
}

type Connection = {
  readonly socket: Socket
  /** The request it made in this turn. */
  known?: Known | undefined
  /** Its last known request. Comparing the bytes costs a fifth of looking them up. */
  last?: { readonly piece: Buffer; readonly known: Known }
}

/**
 * Answers a request whose very bytes came before without parsing them again, which is half of what a small answer costs
 * Node. Nothing here reads HTTP: Node's parser took the same bytes before for exactly one request without a body, and what
 * was asked then is asked again. Bytes that differ in anything, or that do not begin and end with a request, go to the parser.
 * @param find says what is answered now; undefined leaves the request to the parser
 */
export function answerRepeats(server: Server, find: (asked: Asked) => ReadyAnswer | undefined) {
  const knownHeads = new Map<string, Known>()
  const followed = new WeakSet<Socket>()
  let reading: Reading | undefined
  /** Those that get an answer at the end of this turn. */
  let due: Connection[] = []

  /**
   * Sends the answers of a turn together. A client that waits is woken by the first, and is awake for the others: waking
   * it for each takes as long as finding the answer.
   */
  function sendDue(): void {
    const now = due
    due = []
    const seconds = Math.floor(server.keepAliveTimeout / 1000)
    for (const { socket, known } of now) {
      if (known?.answer && socket.writable) writeReady(socket, known.answer, known.id, seconds)
    }
    for (const connection of now) {
      if (connection.known) connection.known.answer = undefined
      connection.known = undefined
    }
  }

  function recall(connection: Connection, piece: Buffer): Known | undefined {
    if (connection.last?.piece.equals(piece)) return connection.last.known
    const known = piece.length <= longestHead ? knownHeads.get(piece.toString('latin1')) : undefined
    if (known) connection.last = { piece, known }
    return known
  }

  function remember(piece: Buffer, request: IncomingMessage): void {
    if (piece.length > longestHead) return
    if (knownHeads.size >= mostHeads) knownHeads.clear()
    const { method, url, headers } = request
    knownHeads.set(piece.toString('latin1'), { asked: { method, url, headers }, id: givenRequestId(request) })
  }

  /** Comes between a connection and Node's parser. */
  function follow(socket: Socket): void {
    const [parse, ...others] = socket.listeners('data')
    if (parse === undefined || others.length > 0 || socket.destroyed) return
    /** The response to what the parser read last; undefined while it may be within a request. */
    let answered: ServerResponse | undefined
    const connection: Connection = { socket }
    socket.removeListener('data', parse as never)
    socket.on('data', (piece: Buffer) => {
      // Answers keep the order of their requests.
      if (connection.known) sendDue()
      const isBetween = answered?.writableFinished === true && socket.writable && socket.writableLength === 0
      const known = isBetween ? recall(connection, piece) : undefined
      if (known) known.answer ??= find(known.asked)
      if (known?.answer) {
        connection.known = known
        if (due.push(connection) === 1) setImmediate(sendDue)
        return
      }

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
      if (isBetween && isWhole && read.answered) remember(piece, request)
    })
  }

  return {
    sendDue,
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
