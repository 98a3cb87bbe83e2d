import { channel } from 'node:diagnostics_channel'
import { type Answered, answeredChannel } from '@likeness/contracts'
import type { FastifyInstance } from 'fastify'

const answered = channel(answeredChannel)

/** Publishes each answer of an endpoint on `answeredChannel`, if anything subscribed before the server was made. */
export function publishAnswers(server: FastifyInstance): void {
  if (!answered.hasSubscribers) return
  server.addHook('onSend', async (request, reply, payload) => {
    const { endpoint } = request.routeOptions.config
    if (!endpoint) return
    const isWhole = payload === null || typeof payload === 'string' || payload instanceof Uint8Array
    const answer: Answered = {
      endpoint,
      method: request.method,
      status: reply.statusCode,
      headers: reply.getHeaders(),
      payload: isWhole ? payload : undefined,
    }
    answered.publish(answer)
  })
}
