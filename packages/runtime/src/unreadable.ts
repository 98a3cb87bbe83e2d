import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Problem } from './problem.js'

/** What Node says of it, where another status than that of the problem tells more (RFC 9110, RFC 6585). */
const statuses: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
}

/**
 * Answers what is no HTTP, which no route or hook ever sees, with a problem like everything else, and ends the
 * connection. For Fastify's `clientErrorHandler`.
 */
export function answerUnreadable(
  problem: Problem,
): (error: Error & { code?: string }, socket: Socket) => void {
  return (error, socket) => {
    // Nobody is left to read it, as when a client went away.
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    const status = statuses[error.code ?? ''] ?? problem.kind.status
    const body = JSON.stringify({ ...problem.body('en', { path: '', id: randomUUID() }), status })
    const lines = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'content-type: application/problem+json',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
    ]
    socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`)
    socket.destroySoon()
  }
}
