import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Asked, ReadyAnswer } from './ready-answer.js'
import { answerRepeats } from './repeated-requests.js'
import { requestIdOf } from './request-id.js'
import { hasSoundHost } from './sound-host.js'

/**
 * Puts ready answers before the framework, which gets only the requests that have none.
 * @param find leaves requests with a body
 */
export function answerBefore(
  app: Pick<FastifyInstance, 'server' | 'addHook'>,
  find: (asked: Asked) => ReadyAnswer | undefined,
): void {
  const { server } = app
  const repeats = answerRepeats(server, find)
  // To Node, a connection with an answer that is due idles: it is ended at once.
  app.addHook('preClose', async () => repeats.sendDue())
  // The other listeners look after bodies, and after connections that are closed. A ready answer on a connection that
  // stays needs neither, and calling them costs as much as finding it.
  const [handle, ...others] = server.listeners('request') as [RequestListener, ...RequestListener[]]
  server.removeAllListeners('request')
  server.on('request', (request, response) => {
    const isNew = repeats.sees(request, response)
    const answer = isNew && hasSoundHost(request) ? find(request) : undefined
    const stays = response.shouldKeepAlive
    if (!answer || !stays) for (const other of others) other(request, response)
    if (!answer) return handle(request, response)
    send(request, response, answer)
    if (stays) repeats.expect(request)
  })
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, bytes }: ReadyAnswer,
): void {
  response.writeHead(status, [...headers, 'x-request-id', requestIdOf(request)]).end(bytes)
}
