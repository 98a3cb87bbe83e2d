import type { people } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { noteReading } from '@likeness/runtime/trail/operators'
import type { Deps } from '../deps.js'
import { personOfPath, viewPerson } from './subject-of-path.js'

/** `people.read` */
export const readPersonHandler =
  (deps: Deps): Handler<typeof people.read> =>
  async (request) => {
    const person = await personOfPath(deps, request.params)
    await noteReading(deps.db, request, { action: 'person-read', userId: person.id })
    return viewPerson(person, request.params.issuer)
  }
