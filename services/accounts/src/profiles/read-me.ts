import type { me } from '@likeness/contracts/endpoints'
import { callerOf } from '@likeness/runtime/caller'
import { isKnown } from '@likeness/runtime/entity-tags'
import type { Handler } from '@likeness/runtime/serve'
import { findPerson } from '../database/people.queries.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'
import { tagOfMe, viewMe } from './user-view.js'

/** `me.read` */
export const readMeHandler =
  (deps: ApiDeps): Handler<typeof me.read> =>
  async (request, reply) => {
    const person = await findPerson(deps.db, callerOf(request).id)
    if (!person) throw problem('unauthenticated')
    const user = viewMe(person, deps.config)
    const tag = tagOfMe(user)
    reply.header('etag', tag)
    return isKnown(request.headers['if-none-match'], tag) ? reply.code(304).send() : user
  }
