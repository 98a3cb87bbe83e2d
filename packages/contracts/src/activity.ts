import { z } from 'zod'
import { ActorKind, Changes } from './audit.js'
import { Id, PageQuery, pageOf, Time } from './common.js'

/** The kinds of activity on an account, which its owner and managers see. */
export const ActivityType = z
  .enum([
    'registered',
    'login',
    'login-failed',
    'logout',
    'refresh-reused',
    'email-verified',
    'email-change-requested',
    'email-change-stopped',
    'email-changed',
    'password-changed',
    'password-reset',
    'role-changed',
    'group-changed',
    'disabled',
    'enabled',
    'profile-updated',
    'avatar-published',
    'avatar-restored',
    'avatar-described',
    'avatar-removed',
    'avatar-failed',
    'upload-refused',
    'picture-held',
    'upload-discarded',
    'picture-erased',
    'hold-lifted',
    'webhook-paused',
    'webhook-disabled',
  ])
  .meta({ id: 'ActivityType' })
export type ActivityType = z.output<typeof ActivityType>

export const Activity = z
  .object({
    id: Id,
    type: ActivityType,
    at: Time,
    actorKind: ActorKind,
    actorId: Id.nullable().describe('the person who did it, if not the user; only managers see this'),
    actorRole: z
      .enum(['manager', 'admin', 'operator'])
      .nullable()
      .describe('null when the user did it, or no person; `operator` when they have left since'),
    ip: z.string().nullable(),
    userAgent: z.string().nullable(),
    changes: Changes,
    details: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Activity' })
export type Activity = z.output<typeof Activity>

export const ActivityPage = pageOf(Activity).meta({ id: 'ActivityPage' })

/** The filters of a feed, and its page. */
export const ActivityQuery = PageQuery.extend({
  type: ActivityType.optional(),
  from: Time.optional().describe('not before'),
  to: Time.optional().describe('before'),
})
export type ActivityQuery = z.output<typeof ActivityQuery>
