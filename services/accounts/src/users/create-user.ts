import type { Role } from '@likeness/contracts'
import type { Transaction } from '@likeness/runtime'
import type { Tables } from '../database/database.js'
import { insertProfile, type ProfileChanges } from '../database/profiles.table.js'
import { insertUser } from '../database/users.table.js'
import { generateNickname } from '../profiles/generate-nickname.js'

/** The rows every user has, however they come about. */
export async function createUser(
  trx: Transaction<Tables>,
  user: {
    id: string
    username: string
    email: string
    passwordHash: string
    role: Role
    group: string
    profile: ProfileChanges
  },
): Promise<void> {
  await insertUser(trx, {
    id: user.id,
    username: user.username,
    email: user.email,
    password_hash: user.passwordHash,
    role: user.role,
    group_name: user.group,
  })
  await insertProfile(trx, user.id, {
    ...user.profile,
    nickname: user.profile.nickname ?? generateNickname(),
  })
}
