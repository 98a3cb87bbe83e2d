import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'

/**
 * Puts a listener before the framework's, which gets only the requests that it does not answer.
 * @param answer returns whether it has answered; it leaves requests with a body
 */
export function answerBefore(
  { server }: FastifyInstance,
  answer: (request: IncomingMessage, response: ServerResponse) => boolean,
): void {
  // The other listeners look after bodies, and after connections that are closed. A hot answer on a connection that
  // stays needs neither, and calling them costs as much as finding it.
  const [handle, ...others] = server.listeners('request') as [RequestListener, ...RequestListener[]]
  server.removeAllListeners('request')
  server.on('request', (request, response) => {
    const stays = response.shouldKeepAlive
    if (stays && answer(request, response)) return
    for (const other of others) other(request, response)
    if (stays || !answer(request, response)) handle(request, response)
  })
}
