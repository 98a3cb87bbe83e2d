import { toAccounts } from '@likeness/contracts/endpoints'
import { type Caller, isAtLeast } from '@likeness/runtime/caller'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'

/**
 * The user who gets the upload: the caller or, for a manager, any user that accounts knows.
 * @throws Problem forbidden, user-not-found; ServiceAwayError
 */
export async function ownerOf(
  { accounts }: Pick<Deps, 'accounts'>,
  caller: Caller,
  userId = caller.id,
): Promise<string> {
  if (userId === caller.id) return userId
  if (!isAtLeast(caller.role, 'manager')) throw problem('forbidden')
  const answer = await accounts(toAccounts.findUser, { params: { id: userId } })
  if (!answer.ok) throw problem('user-not-found')
  return userId
}
