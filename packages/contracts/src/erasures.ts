import { z } from 'zod'
import { Id, PageQuery, pageOf, Time } from './common.js'
import { Password } from './users.js'

/** `me.close` */
export const CloseAccount = z.strictObject({ password: Password }).meta({ id: 'CloseAccount' })

/** The state of the erasure of an account. Nothing in it says whose it was. */
export const Erasure = z
  .object({
    id: Id,
    status: z.enum(['erasing', 'complete']),
    accounts: z.literal('erased').describe('account, profile, sessions, activity'),
    media: z.enum(['erasing', 'erased']).describe('uploads, pictures and their history'),
    requestedAt: Time,
    completedAt: Time.nullable(),
  })
  .meta({ id: 'Erasure' })
export type Erasure = z.output<typeof Erasure>

export const StartedErasure = Erasure.extend({
  token: z.string().describe('for `GET /v1/erasures/:id?token=`, which no access token opens'),
}).meta({ id: 'StartedErasure' })
export type StartedErasure = z.output<typeof StartedErasure>

export const ErasureQuery = z.object({ token: z.string().max(100) })

/** A closed account, as managers and administrators see it. Its id is all that is left of who it was. */
export const ErasedAccount = Erasure.extend({
  userId: Id,
  actorId: Id.nullable().describe(
    'the administrator who closed it; null for its owner, and for a command on the machine, which has a reason',
  ),
  reason: z.string().nullable().describe('given by who closed it; null for its owner'),
}).meta({ id: 'ErasedAccount' })
export type ErasedAccount = z.output<typeof ErasedAccount>

export const ErasedAccountPage = pageOf(ErasedAccount).meta({ id: 'ErasedAccountPage' })

/** `administration.listErasures` */
export const ListErasuresQuery = PageQuery.extend({
  status: Erasure.shape.status.optional(),
})
export type ListErasuresQuery = z.output<typeof ListErasuresQuery>
