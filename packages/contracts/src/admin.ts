import { z } from 'zod'
import { PageQuery, pageOf, Role, Time, text } from './common.js'
import { User } from './users.js'

/** A user as managers and administrators see them. */
export const AdminUser = User.extend({
  disabledAt: Time.nullable(),
}).meta({ id: 'AdminUser' })
export type AdminUser = z.output<typeof AdminUser>

export const AdminUserPage = pageOf(AdminUser).meta({ id: 'AdminUserPage' })

/** `administration.listUsers` */
export const ListUsersQuery = PageQuery.extend({
  q: text(1, 100).optional().describe('part of a username, address, nickname or name'),
  role: Role.optional(),
  group: z.string().max(40).optional(),
  status: z.enum(['active', 'disabled', 'unverified']).optional(),
})
export type ListUsersQuery = z.output<typeof ListUsersQuery>

const reason = text(1, 500).describe('kept with the record of the act')

/** `administration.patchUser` */
export const AdminPatch = z
  .strictObject({
    role: Role.optional(),
    group: z.string().max(40).optional(),
    disabled: z.boolean().optional(),
    emailVerified: z.literal(true).optional().describe('vouches for the address'),
    endSessions: z.literal(true).optional().describe('logs the user out everywhere'),
    reason: reason.optional(),
  })
  .meta({ id: 'AdminPatch' })
export type AdminPatch = z.output<typeof AdminPatch>

/** `administration.closeUser` */
export const AdminClose = z.strictObject({ reason }).meta({ id: 'AdminClose' })
