import type { people } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { noteAct } from '@likeness/runtime/trail/operators'
import { makeKnown } from '../database/people.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { subjectKeyOf, viewPerson } from './subject-of-path.js'

/** `people.makeKnown` */
export const makePersonKnownHandler =
  (deps: Deps): Handler<typeof people.makeKnown> =>
  async (request) => {
    const key = subjectKeyOf(deps.config, request.params)
    if (!key) throw problem('issuer-not-found')
    return deps.db.transaction().execute(async (trx) => {
      const { row, isNew } = await makeKnown(trx, key)
      if (isNew) await noteAct(trx, request, { action: 'person-made-known', userId: row.id })
      return viewPerson(row, request.params.issuer)
    })
  }
