import { forgiveAttempts } from '../database/attempts.table.js'
import { findPerson, type Person } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { keyOfAttempt, takeAttempt } from '../limits/limits.js'
import { problem } from '../problems.js'

/**
 * Asks for the password again before something that a stolen access token must not do. Wrong answers count
 * as failed logins of the account.
 * @throws Problem `wrong-password`, `rate-limited`
 */
export async function assertCurrentPassword(deps: ApiDeps, id: string, password: string): Promise<Person> {
  const person = await findPerson(deps.db, id)
  if (!person) throw problem('unauthenticated')
  await takeAttempt(deps, { 'login-minute': id, 'login-hour': id })
  if (!(await deps.hasher.verify(person.password_hash, password))) throw problem('wrong-password')
  await forgiveAttempts(deps.db, keyOfAttempt('login-minute', id), keyOfAttempt('login-hour', id))
  return person
}
