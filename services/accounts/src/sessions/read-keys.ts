import type { sessions } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import type { ApiDeps } from '../deps.js'

/** `sessions.keys` */
export const readKeysHandler =
  (deps: ApiDeps): Handler<typeof sessions.keys> =>
  (_request, reply) => {
    // These five minutes are part of the time a key is published ahead: see rotate-keys.ts.
    reply.header('cache-control', 'public, max-age=300, stale-while-revalidate=60')
    return { keys: deps.keys.published() }
  }
