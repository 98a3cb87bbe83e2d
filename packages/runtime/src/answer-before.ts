import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'

/**
 * Puts a listener before the framework's, which gets only the requests that it does not answer.
 * @param answer returns whether it has answered
 */
export function answerBefore(
  { server }: FastifyInstance,
  answer: (request: IncomingMessage, response: ServerResponse) => boolean,
): void {
  // The framework's listener is the first one of its server.
  const [handle] = server.listeners('request') as [RequestListener]
  server.off('request', handle)
  server.on('request', (request, response) => {
    if (!answer(request, response)) handle(request, response)
  })
}
