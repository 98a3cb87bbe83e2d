import type { Caller } from '@likeness/runtime/caller'
import { findPerson, type Person } from '../database/people.queries.js'
import type { ApiDeps } from '../deps.js'
import { forgiveLogin, takeAttempt } from '../limits/limits.js'
import { problem } from '../problems.js'

/**
 * Checks the password again before something that a stolen access token must not do. Wrong answers count against this
 * session alone, so others guessing elsewhere do not keep the owner from acting here.
 * @throws Problem `wrong-password`, `rate-limited`
 */
export async function assertCurrentPassword(
  deps: ApiDeps,
  { id, sessionId }: Caller,
  password: string,
): Promise<Person> {
  const person = await findPerson(deps.db, id)
  if (!person) throw problem('unauthenticated')
  await takeAttempt(deps, { 'device-minute': sessionId, 'device-hour': sessionId })
  if (!(await deps.hasher.verify(person.password_hash, password))) throw problem('wrong-password')
  await forgiveLogin(deps, 'device', sessionId)
  return person
}
