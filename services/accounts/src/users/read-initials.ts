import type { toAccounts } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { findPerson } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'

/** `toAccounts.readInitials` */
export const readInitialsHandler =
  (deps: ApiDeps): Handler<typeof toAccounts.readInitials> =>
  async (request) => {
    const person = await findPerson(deps.db, request.params.id)
    if (!person || person.disabled_at) throw problem('user-not-found')
    return { initials: initialsOf(person.nickname) }
  }

/** The first letters of the first two words, in capitals; empty when there is no letter. */
function initialsOf(nickname: string): string {
  const words = nickname.split(/[\s._-]+/)
  const letters = words.flatMap((word) => word.match(/^\p{L}\p{M}*/u)?.[0] ?? [])
  return letters.slice(0, 2).join('').toLocaleUpperCase('en').slice(0, 16)
}
