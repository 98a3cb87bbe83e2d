import type { history } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { answerAudit } from '@likeness/runtime/trail/operators'
import type { Deps } from '../deps.js'

/** `history.listAudit`: what managers read, what they were refused, and what was removed from the trail. */
export const listAuditHandler =
  (deps: Deps): Handler<typeof history.listAudit> =>
  (request, reply) =>
    answerAudit(deps, request, reply)
