import { type AdminPatch, type AdminUser, type Me, operators } from '@likeness/client'
import { client } from '../../api/likeness.js'
import type { SeenUser } from './read-user.js'

/** What an operator may do to a user. */
export type UserAct = 'role' | 'group' | 'disable' | 'enable' | 'verify' | 'end-sessions' | 'close'

/** The acts on a user that the rights of the operator and the state of the user allow. */
export function actsOn(user: AdminUser, me: Me): readonly UserAct[] {
  const isAdmin = me.role === 'admin'
  if (!isAdmin && user.role !== 'user') return []
  return [
    ...(isAdmin ? (['role'] as const) : []),
    'group',
    user.disabledAt === null ? 'disable' : 'enable',
    ...(user.emailVerified ? [] : (['verify'] as const)),
    'end-sessions',
    ...(isAdmin && user.id !== me.id ? (['close'] as const) : []),
  ]
}

/** The values of an act's form. */
export type Given = { readonly role?: string; readonly group?: string; readonly reason?: string }

/**
 * Acts on a user as they were seen.
 * @throws LikenessError `stale` when something about them has changed since, and those of each act
 */
export async function perform(act: UserAct, { user, etag }: SeenUser, given: Given): Promise<void> {
  if (act === 'close') {
    await operators.closeUser(client, user.id, { reason: given.reason ?? '' }, { etag })
    return
  }
  const patch = { ...patchOf(act, given), ...(given.reason ? { reason: given.reason } : {}) }
  await operators.changeUser(client, user.id, patch, { etag })
}

function patchOf(act: Exclude<UserAct, 'close'>, { role, group = '' }: Given): AdminPatch {
  switch (act) {
    case 'role':
      return { role: role as AdminPatch['role'] }
    case 'group':
      return { group }
    case 'disable':
      return { disabled: true }
    case 'enable':
      return { disabled: false }
    case 'verify':
      return { emailVerified: true }
    case 'end-sessions':
      return { endSessions: true }
  }
}
