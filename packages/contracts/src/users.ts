import { z } from 'zod'
import { AvatarUrls } from './avatars.js'
import { Id, IfMatch, Role, storableJson, Time, text } from './common.js'
import { fault } from './read-fields.js'

/** 3–32 letters, digits, `.`, `_`, `-`; starts and ends with a letter or digit. Compared without case. */
export const Username = z
  .string()
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{1,30})[A-Za-z0-9]$/, fault('not-a-username'))

/** An address of at most 254 characters, 64 before the `@` (RFC 5321 §4.5.3.1). Compared without case. */
export const Email = z
  .string()
  .trim()
  .max(254)
  .pipe(z.email().regex(/^[^@]{0,64}(?:@|[^@]*$)/, fault('too-long-before-at')))

/**
 * Any password up to 1,000 characters reaches the policy, which answers `weak-password`. Unpaired
 * surrogates are refused: all of them would encode, and so hash, to the same bytes.
 */
export const Password = z
  .string()
  .min(1)
  .max(1000)
  .refine((value) => !/\p{Cs}/u.test(value), fault('unclean-text'))

/** The facts that a person gives about themselves. `null` or absent means unset. */
const Profile = z
  .object({
    firstName: z.string().nullable(),
    lastName: z.string().nullable(),
    nickname: z.string(),
    bio: z.string().nullable(),
    phoneNumber: z.string().nullable(),
    companyName: z.string().nullable(),
    profession: z.string().nullable(),
    birthDate: z.iso.date().nullable(),
    age: z.int().nullable().describe('derived from birthDate'),
    linkedinUrl: z.string().nullable(),
    githubUrl: z.string().nullable(),
    isProfessional: z.boolean(),
    locale: z.string().nullable(),
    discoverable: z
      .boolean()
      .describe('the hash of the e-mail address may be looked up, once the address is verified'),
    custom: z.record(z.string(), z.unknown()).describe('extra fields, as the group of the user has them'),
  })
  .meta({ id: 'Profile' })

/** The avatar as the profile shows it: immutable URLs of one version. */
export const ProfileAvatar = z
  .object({
    version: z.int().positive(),
    urls: AvatarUrls,
    thumbhash: z.string().nullable(),
    altText: z.string().nullable(),
  })
  .meta({ id: 'ProfileAvatar' })
export type ProfileAvatar = z.output<typeof ProfileAvatar>

export const User = z
  .object({
    id: Id,
    username: z.string(),
    email: z.string(),
    emailVerified: z.boolean(),
    role: Role,
    group: z.string(),
    createdAt: Time,
    updatedAt: Time,
    profile: Profile,
    avatar: ProfileAvatar.nullable(),
  })
  .meta({ id: 'User' })
export type User = z.output<typeof User>

/** A user as they see themselves. */
export const Me = User.extend({
  emailVerification: z
    .enum(['done', 'sent', 'not-required'])
    .describe('whether a link that confirms the address still has to be opened'),
}).meta({ id: 'Me' })
export type Me = z.output<typeof Me>

/** The part of a user that anyone signed in may see. */
export const PublicUser = z
  .object({
    id: Id,
    username: z.string(),
    profile: z.object({
      nickname: z.string(),
      bio: z.string().nullable(),
      companyName: z.string().nullable(),
      profession: z.string().nullable(),
      linkedinUrl: z.string().nullable(),
      githubUrl: z.string().nullable(),
      isProfessional: z.boolean(),
    }),
    avatar: ProfileAvatar.nullable(),
  })
  .meta({ id: 'PublicUser' })
export type PublicUser = z.output<typeof PublicUser>

const optionalText = (max: number) =>
  text(0, max)
    .transform((value) => (value === '' ? null : value))
    .nullable()

/** A page of one site: https, the site's own hosts, without credentials or port. */
const pageOn = (site: string, hostname: RegExp) => {
  const error = fault('not-on-site', { site })
  return text(1, 500)
    .pipe(
      z.url({ protocol: /^https$/, hostname, error }).regex(/^https:\/\/[^/@:\\\s]+(?:[/?#]\S*)?$/i, error),
    )
    .nullable()
}

/** JSON merge patch (RFC 7396) of one's profile; a field set to null or to blank text is cleared. */
export const ProfilePatch = z
  .strictObject({
    firstName: optionalText(100),
    lastName: optionalText(100),
    nickname: text(1, 50),
    bio: optionalText(2000),
    phoneNumber: optionalText(20).describe(
      'international (`+…`), or national to the country of the deployment',
    ),
    companyName: optionalText(200),
    profession: optionalText(200),
    birthDate: z.iso.date().nullable().describe('not in the future, at most 130 years ago'),
    linkedinUrl: pageOn('linkedin.com', /^(?:[a-z]{2,3}\.)?linkedin\.com$/),
    githubUrl: pageOn('github.com', /^(?:www\.)?github\.com$/),
    isProfessional: z.boolean(),
    locale: z.enum(['en', 'fr']).nullable(),
    discoverable: z.boolean(),
    custom: storableJson.nullable().describe('merged field by field; null empties it'),
  })
  .partial()
  .meta({ id: 'ProfilePatch' })
export type ProfilePatch = z.output<typeof ProfilePatch>

/** `users.register` */
export const Register = z
  .strictObject({
    username: Username.optional().describe(
      'if usernames are optional, one is generated for those who give none',
    ),
    email: Email,
    password: Password,
    passwordConfirmation: z.string().optional(),
    group: z.string().max(40).optional().describe('type of user, one of those open for registration'),
    profile: ProfilePatch.optional(),
  })
  .refine((body) => body.passwordConfirmation === undefined || body.passwordConfirmation === body.password, {
    path: ['passwordConfirmation'],
    error: fault('not-the-same', { field: 'password' }),
    // Also when other fields are at fault.
    when: ({ value }) => typeof value === 'object' && value !== null,
  })
  .meta({ id: 'Register' })
export type Register = z.output<typeof Register>

/** The version a client has already (RFC 9110 §13.1.2). */
export const ReadMeHeaders = z.object({ 'if-none-match': z.string().optional() })

/** Headers of a change that is made only to the version seen. */
export const SeenMeHeaders = z.object({
  'if-match': IfMatch.optional().describe('the ETag of GET /v1/me; 412 when something changed since'),
})

/** `me.patch` */
export const UserPatch = z
  .strictObject({ username: Username.optional(), profile: ProfilePatch.optional() })
  .meta({ id: 'UserPatch' })
export type UserPatch = z.output<typeof UserPatch>
