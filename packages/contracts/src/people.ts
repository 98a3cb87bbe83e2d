import { z } from 'zod'
import { Id, Time } from './common.js'
import { fault } from './read-fields.js'

/** A person as their own login knows them: the alias of the issuer in `ISSUERS`, and the subject of its tokens. */
export const PersonParams = z.object({
  issuer: z.string().min(1).max(32).describe('the alias of an issuer'),
  subject: z
    .string()
    .min(1)
    .max(255)
    .refine((value) => !/\p{Cc}/u.test(value), fault('unclean-text'))
    .describe('the subject of its tokens'),
})
export type PersonParams = z.output<typeof PersonParams>

/** Someone who came with a token of another login. */
export const Person = z
  .object({
    id: Id.describe('names them everywhere else'),
    issuer: z.string().describe('the alias'),
    subject: z.string(),
    email: z.string().nullable().describe('as the newest token says'),
    name: z.string().nullable().describe('as `email`'),
    locale: z.string().nullable().describe('as `email`'),
    firstSeenAt: Time,
    sessionsEndedAt: Time.nullable().describe('tokens made up to then are refused'),
  })
  .meta({ id: 'Person' })
export type Person = z.output<typeof Person>
