import { z } from 'zod'
import { Id, Time, text } from './common.js'
import { Password, User } from './users.js'

/** `POST /v1/sessions`: log in with an e-mail address or a username. */
export const LogIn = z.strictObject({ login: text(1, 254), password: Password }).meta({ id: 'LogIn' })
export type LogIn = z.output<typeof LogIn>

/** `POST /v1/sessions/refresh` */
export const Refresh = z.strictObject({ refreshToken: z.string().min(1).max(4096) }).meta({ id: 'Refresh' })

/** Tokens of a session; times in seconds. */
export const Tokens = z
  .object({
    accessToken: z.string(),
    tokenType: z.literal('Bearer'),
    expiresIn: z.int(),
    refreshToken: z.string(),
    refreshExpiresIn: z.int(),
  })
  .meta({ id: 'Tokens' })
export type Tokens = z.output<typeof Tokens>

export const LoggedIn = Tokens.extend({ user: User }).meta({ id: 'LoggedIn' })
export type LoggedIn = z.output<typeof LoggedIn>

/** One device that is logged in. */
export const Session = z
  .object({
    id: Id,
    current: z.boolean(),
    device: z.string().nullable().describe('User-Agent of the last use'),
    ip: z.string().nullable(),
    createdAt: Time,
    lastUsedAt: Time,
    expiresAt: Time,
  })
  .meta({ id: 'Session' })
export type Session = z.output<typeof Session>

export const SessionList = z.object({ items: z.array(Session) }).meta({ id: 'SessionList' })
export type SessionList = z.output<typeof SessionList>
