import { z } from 'zod'
import { Id, pageOf, Time, text } from './common.js'
import { Me, Password } from './users.js'

/** `sessions.logIn` */
export const LogIn = z
  .strictObject({
    login: text(1, 254),
    password: Password,
    refreshToken: z
      .string()
      .min(1)
      .max(4096)
      .optional()
      .describe('of a session on this device, so that guessing by others does not count against it'),
  })
  .meta({ id: 'LogIn' })
export type LogIn = z.output<typeof LogIn>

/** `sessions.refresh` */
export const Refresh = z
  .strictObject({
    refreshToken: z.string().min(1).max(4096).optional().describe('without it the cookie is used'),
  })
  .meta({ id: 'Refresh' })

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

export const LoggedIn = Tokens.extend({ user: Me }).meta({ id: 'LoggedIn' })
export type LoggedIn = z.output<typeof LoggedIn>

/** The same, where the refresh token is in the cookie. */
export const CookieTokens = Tokens.omit({ refreshToken: true }).meta({ id: 'CookieTokens' })
export type CookieTokens = z.output<typeof CookieTokens>
export const CookieLoggedIn = LoggedIn.omit({ refreshToken: true }).meta({ id: 'CookieLoggedIn' })
export type CookieLoggedIn = z.output<typeof CookieLoggedIn>

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

/** `sessions.list` */
export const SessionPage = pageOf(Session).meta({ id: 'SessionPage' })
export type SessionPage = z.output<typeof SessionPage>

export const LogInQuery = z.object({
  cookie: z.enum(['true', 'false']).default('false').describe('keep the refresh token in an HttpOnly cookie'),
})

/** `sessions.logOutEverywhere` */
export const LogOutQuery = z.object({ except: z.literal('current').optional() })
