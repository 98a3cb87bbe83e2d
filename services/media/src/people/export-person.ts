import type { people } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { noteReading } from '@likeness/runtime/trail/operators'
import type { Deps } from '../deps.js'
import { exportUser } from '../erasure/export-user.js'
import { personOfPath } from './subject-of-path.js'

/** `people.export` */
export const exportPersonHandler =
  (deps: Deps): Handler<typeof people.export> =>
  async (request) => {
    const { id } = await personOfPath(deps, request.params)
    await noteReading(deps.db, request, { action: 'person-exported', userId: id })
    return exportUser(deps, id)
  }
