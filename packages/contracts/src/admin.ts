import { z } from 'zod'
import { IfMatch, PageQuery, pageOf, Role, Time, text } from './common.js'
import { fault } from './read-fields.js'
import { User } from './users.js'

/** A user as managers and administrators see them. */
export const AdminUser = User.extend({
  disabledAt: Time.nullable(),
}).meta({ id: 'AdminUser' })
export type AdminUser = z.output<typeof AdminUser>

export const AdminUserPage = pageOf(AdminUser).meta({ id: 'AdminUserPage' })

const idList =
  /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?:,[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}){0,99}$/i

/** `administration.listUsers` */
export const ListUsersQuery = PageQuery.extend({
  q: text(1, 100).optional().describe('part of a username, address, nickname or name'),
  role: Role.optional(),
  group: z.string().max(40).optional(),
  status: z.enum(['active', 'disabled', 'unverified']).optional(),
  ids: z
    .string()
    .regex(idList, fault('not-an-id'))
    .toLowerCase()
    .optional()
    .describe('these users, up to 100 ids with commas between them, such as those that another list names'),
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

/** Headers of a change that is made only to the user who was seen. */
export const SeenUserHeaders = z.object({
  'if-match': IfMatch.optional().describe(
    'the ETag with which the user was read; 412 when something changed since',
  ),
})

/** `administration.closeUser` */
export const AdminClose = z.strictObject({ reason }).meta({ id: 'AdminClose' })
