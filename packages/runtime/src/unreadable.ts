import { randomUUID } from 'node:crypto'
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { commonProblems, type Language } from '@likeness/contracts'
import { languageOf, problemsOf } from './problem.js'

const malformed = problemsOf(commonProblems)('malformed-request')

/** What Node says of it, where another status than that of the problem tells more (RFC 9110, RFC 6585). */
const statuses: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
}

/**
 * Answers what is no HTTP, which no route or hook ever sees, with a problem like everything else, and ends the
 * connection. For Fastify's `clientErrorHandler`.
 */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  // Answered before: what comes now is only read on.
  if (socket.writableEnded) return
  // Nobody is left to read it, as when a client went away.
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  answer(socket, statuses[error.code ?? ''] ?? malformed.kind.status)
}

/** Answers CONNECT, at which Node else ends the connection without a word. */
export function refuseTunnels(server: Server): void {
  server.on('connect', ({ headers }: IncomingMessage, socket: Socket) =>
    answer(socket, malformed.kind.status, languageOf(headers['accept-language'])),
  )
}

function answer(socket: Socket, status: number, language: Language = 'en'): void {
  const body = JSON.stringify({ ...malformed.body(language, { path: '', id: randomUUID() }), status })
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`)
  socket.destroySoon()
}
