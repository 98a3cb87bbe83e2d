import type { administration } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { answerAudit } from '@likeness/runtime/trail/operators'
import type { ApiDeps } from '../deps.js'

/** `administration.listAudit`: what managers read, what they were refused, and what was removed from the trail. */
export const listAuditHandler =
  (deps: ApiDeps): Handler<typeof administration.listAudit> =>
  (request, reply) =>
    answerAudit(deps, request, reply)
