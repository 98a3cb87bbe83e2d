import type { FastifyReply, FastifyRequest } from 'fastify'
import { languageOf } from './language.js'
import type { Problem } from './problem.js'

/** Also on the routes that bring their own headers for what they serve. */
const problemHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
} as const

/** Renders a problem in the reader's language; never cached. */
export function sendProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const language = languageOf(request.headers['accept-language'])
  const body = problem.body(language, { path: request.url.split('?', 1)[0] ?? '', id: request.id })
  return reply
    .code(problem.kind.status)
    .headers({
      ...problemHeaders,
      'content-language': language,
      'cache-control': 'no-store',
      vary: 'accept-language',
      ...problem.details.headers,
    })
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(body)
}
