import { type Caller, isAtLeast } from '@likeness/runtime'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'

/**
 * The user who gets the upload: the caller, or for a manager another whom accounts knows.
 * @throws Problem forbidden, user-not-found; AccountsAwayError
 */
export async function ownerOf(
  { accounts }: Pick<Deps, 'accounts'>,
  caller: Caller,
  userId = caller.id,
): Promise<string> {
  if (userId === caller.id) return userId
  if (!isAtLeast(caller.role, 'manager')) throw problem('forbidden')
  if (!(await accounts.isUser(userId))) throw problem('user-not-found')
  return userId
}
