import type { FastifyInstance } from 'fastify'
import { within } from './at-most.js'

/** Parts that a process needs to be ready, by name; a check rejects while its part is away. */
export type Checks = Readonly<Record<string, () => Promise<unknown>>>

const longestCheckMs = 2_000

/** `GET /healthz`: the process lives. `GET /readyz`: each check passes within 2 s, else 503 names those that do not. */
export function addProbes(server: FastifyInstance, checks: Checks): void {
  server.get('/healthz', { logLevel: 'warn' }, () => ({ status: 'ok' }))
  server.get('/readyz', { logLevel: 'warn' }, async (_request, reply) => {
    const results = await runChecks(checks)
    const ready = Object.values(results).every((result) => result === 'ok')
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'unavailable', checks: results })
  })
}

async function runChecks(checks: Checks) {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      const result = check().then(
        () => 'ok',
        () => 'unavailable',
      )
      return [name, await within(longestCheckMs, result, 'late').catch(() => 'timeout')] as const
    }),
  )
  return Object.fromEntries(results)
}
