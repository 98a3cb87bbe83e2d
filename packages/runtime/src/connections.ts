import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/**
 * Ends connections as the server closes. Node waits for all of them, and ends at once only those that idle between two
 * requests; so an answer given meanwhile is the last one of its connection, and connections that have not sent a
 * request are ended.
 * @returns whether the server is closing
 */
export function endConnectionsOnClose(server: FastifyInstance): () => boolean {
  let closing = false
  const unused = new Set<Socket>()
  server.server.on('connection', (socket: Socket) => {
    unused.add(socket)
    socket.once('close', () => unused.delete(socket))
  })
  server.server.on('request', ({ socket }) => unused.delete(socket))
  server.addHook('preClose', async () => {
    closing = true
    // One that had nothing but hot answers (`answerBefore`) may still be taking the last.
    for (const socket of unused) if (socket.bytesWritten === 0) socket.destroy()
  })
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close')
    done(null, payload)
  })
  return () => closing
}
