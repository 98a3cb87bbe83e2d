import type { toAccounts } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { endedSince } from '../credentials/ended-since.js'
import type { ApiDeps } from '../deps.js'

/** `toAccounts.listEndedSessions` */
export const listEndedSessionsHandler =
  (deps: ApiDeps): Handler<typeof toAccounts.listEndedSessions> =>
  (request) =>
    endedSince(deps, request.query.since)
