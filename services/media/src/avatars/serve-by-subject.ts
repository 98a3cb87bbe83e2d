import type { avatars } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { findPersonBySubject, hashOfSubject, type SubjectKey } from '../database/people.table.js'
import type { Deps } from '../deps.js'
import { subjectKeyOf } from '../people/subject-of-path.js'
import { openLookup } from './lookup.js'
import type { Serving } from './send-picture.js'
import { answerAvatar } from './serve-avatar.js'

const most = 100_000
// Someone new shows here within a second.
const ttlMs = 700

/** `avatars.serveBySubject`: as `avatars.serve`, for the id that a person's own login gives them. */
export function serveBySubjectHandler(
  serving: Serving & Pick<Deps, 'db'>,
): Handler<typeof avatars.serveBySubject> {
  const ids = openLookup(
    async (key) => (await findPersonBySubject(serving.db, JSON.parse(key) as SubjectKey))?.id,
    { most, ttlMs },
  )
  return async (request, reply) => {
    const { issuer, subject } = request.params
    const key = subjectKeyOf(serving.config, request.params)
    const id = key && (await ids.get(JSON.stringify(key)))
    const userId = id ?? placeholderOf(key ?? { issuer, subject })
    return answerAvatar(request, reply, serving, userId, request.query)
  }
}

/** An id that nobody has, for a drawn picture that is the same each time. */
function placeholderOf(key: SubjectKey): string {
  const hex = hashOfSubject(key).toString('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}
