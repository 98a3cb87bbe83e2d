import type { people } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { noteReading } from '@likeness/runtime/trail/operators'
import type { Deps } from '../deps.js'
import { personOfPath } from './subject-of-path.js'

/** `people.read` */
export const readPersonHandler =
  (deps: Deps): Handler<typeof people.read> =>
  async (request) => {
    const person = await personOfPath(deps, request.params)
    await noteReading(deps.db, request, { action: 'person-read', userId: person.id })
    const { id, subject, email, name, locale } = person
    return {
      ...{ id, issuer: request.params.issuer, subject, email, name, locale },
      firstSeenAt: person.first_seen_at.toISOString(),
      sessionsEndedAt: person.sessions_ended_at?.toISOString() ?? null,
    }
  }
