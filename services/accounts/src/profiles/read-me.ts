import type { me } from '@likeness/contracts/endpoints'
import { callerOf, type Handler } from '@likeness/runtime'
import { findPerson } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'
import { etagOf, matches } from './etag.js'
import { viewMe } from './user-view.js'

/** `me.read` */
export const readMeHandler =
  (deps: ApiDeps): Handler<typeof me.read> =>
  async (request, reply) => {
    const person = await findPerson(deps.db, callerOf(request).id)
    if (!person) throw problem('unauthenticated')
    const user = viewMe(person, deps.config)
    const etag = etagOf(user)
    reply.header('etag', etag)
    const known = request.headers['if-none-match']
    if (known !== undefined && matches(known, etag, 'weak')) return reply.code(304).send()
    return user
  }
