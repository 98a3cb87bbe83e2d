import { randomUUID } from 'node:crypto'
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { commonProblems, type Language } from '@likeness/contracts'
import { languageOf } from './language.js'
import { problemsOf } from './problem.js'

const malformed = problemsOf(commonProblems)('malformed-request')

/** Statuses that say more than the problem's own, by Node's error code (RFC 9110, RFC 6585). */
const statuses: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
}

/**
 * Answers bytes that are not HTTP with a problem, and ends the connection. No route or hook ever sees them. For
 * Fastify's `clientErrorHandler`.
 */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  // Answered already: the rest of the bytes is read and dropped.
  if (socket.writableEnded) return
  // The client has gone away.
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  answer(socket, statuses[error.code ?? ''] ?? malformed.kind.status)
}

/** Answers CONNECT; Node would end the connection without an answer. */
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
