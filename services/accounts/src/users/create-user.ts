import type { Role } from '@likeness/contracts'
import type { Transaction } from '@likeness/runtime/database'
import type { Tables } from '../database/database.js'
import { insertProfile, type ProfileChanges } from '../database/profiles.table.js'
import { insertUser } from '../database/users.table.js'
import { generateNickname } from './generate-nickname.js'

export type NewUser = {
  readonly id: string
  readonly username: string
  readonly email: string
  /** Someone vouches for the address. */
  readonly verified: boolean
  /** See UsersTable. */
  readonly ghost: boolean
  readonly passwordHash: string
  readonly role: Role
  readonly group: string
  readonly profile: ProfileChanges
}

/** Creates the rows that every user has. */
export async function createUser(trx: Transaction<Tables>, user: NewUser): Promise<void> {
  await insertUser(trx, {
    id: user.id,
    username: user.username,
    email: user.email,
    password_hash: user.passwordHash,
    role: user.role,
    group_name: user.group,
    ghost: user.ghost,
    email_verified_at: user.verified ? new Date() : null,
  })
  await insertProfile(trx, user.id, {
    ...user.profile,
    nickname: user.profile.nickname ?? generateNickname(),
  })
}
