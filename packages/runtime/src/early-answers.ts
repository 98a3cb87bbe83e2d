import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { hasBody } from './judge-requests.js'

/** How much of a body is still read after its answer, and for how long. */
const readOnBytes = 64 * 1024 * 1024
const readOnMs = 30_000
const lookEveryMs = 50

/**
 * Lets answers arrive that are given before the whole body came (401, 413, 429 …). Closing a connection with
 * bytes unread resets it, and the sender may lose an answer it has not read yet (RFC 9112 §9.6). So the rest of
 * the body is read and thrown away, for a bounded time and amount, and the connection is closed, or used again,
 * after that. A server that closes reads on nothing.
 * @param limits replaced by tests
 */
export function letEarlyAnswersArrive(
  app: Pick<FastifyInstance, 'server' | 'addHook'>,
  limits: { bytes: number; ms: number } = { bytes: readOnBytes, ms: readOnMs },
): void {
  const { server } = app
  /** The request under way on a connection; undefined once the connection has sent something that is not HTTP. */
  const arriving = new WeakMap<Socket, IncomingMessage>()
  const readingOn = new Set<Socket>()
  let closing = false

  function readOn(socket: Socket, isOver: () => boolean, then: () => void): void {
    if (readingOn.has(socket)) return
    readingOn.add(socket)
    const most = socket.bytesRead + limits.bytes
    const end = performance.now() + limits.ms
    const stop = () => {
      clearInterval(look)
      readingOn.delete(socket)
      socket.off('close', stop)
    }
    const look = setInterval(() => {
      if (isOver()) {
        stop()
        then()
      } else if (socket.bytesRead > most || performance.now() > end) socket.destroy()
    }, lookEveryMs).unref()
    socket.once('close', stop)
  }

  server.on('connection', (socket: Socket) => {
    // How Node closes a connection whose answer was the last one.
    const close = socket.destroySoon.bind(socket)
    socket.destroySoon = () => {
      const request = arriving.get(socket)
      if (closing || request?.complete) return close()
      const rest = request ?? socket
      rest.resume()
      socket.end()
      readOn(socket, () => request?.complete ?? socket.readableEnded, close)
    }
  })
  server.on('request', (request, response) => {
    const { socket } = request
    arriving.set(socket, request)
    if (!hasBody(request)) return
    response.once('finish', () => {
      if (request.complete || socket.destroyed) return
      if (closing) return void socket.destroy()
      request.resume()
      readOn(
        socket,
        () => request.complete,
        () => undefined,
      )
    })
  })
  server.prependListener('clientError', (_error, socket) => void arriving.delete(socket as Socket))

  app.addHook('preClose', async () => {
    closing = true
    for (const socket of readingOn) socket.destroy()
  })
}
