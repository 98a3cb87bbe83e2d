import { Jwks } from '@likeness/contracts'
import type { Server } from '@likeness/runtime'
import type { ApiDeps } from '../deps.js'

/** GET /.well-known/jwks.json: the keys that verify access tokens (RFC 7517). */
export function serveJwksRoute(server: Server, deps: ApiDeps): void {
  server.get(
    '/.well-known/jwks.json',
    { schema: { tags: ['keys'], summary: 'Keys that verify access tokens', response: { 200: Jwks } } },
    (_request, reply) => {
      // Five minutes are part of how long a key is published ahead: see rotate-keys.ts.
      reply.header('cache-control', 'public, max-age=300, stale-while-revalidate=60')
      return { keys: deps.keys.published() }
    },
  )
}
