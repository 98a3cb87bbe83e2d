import { z } from 'zod'
import { Id, pageOf, Time } from './common.js'

/** What happened on an account, for its owner and for managers. */
export const ActivityType = z
  .enum([
    'registered',
    'login',
    'login-failed',
    'logout',
    'refresh-reused',
    'email-verified',
    'email-changed',
    'password-changed',
    'password-reset',
    'profile-updated',
    'avatar-published',
  ])
  .meta({ id: 'ActivityType' })
export type ActivityType = z.output<typeof ActivityType>

export const Activity = z
  .object({
    id: Id,
    type: ActivityType,
    at: Time,
    ip: z.string().nullable(),
    userAgent: z.string().nullable(),
    details: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Activity' })
export type Activity = z.output<typeof Activity>

export const ActivityPage = pageOf(Activity).meta({ id: 'ActivityPage' })
