import { z } from 'zod'
import { AvatarPictures } from './avatars.js'
import { Id } from './common.js'
import { UploadEvent } from './history.js'
import { fault } from './read-fields.js'
import { Upload } from './uploads.js'

/** The person who acted, and where from. */
export const ActedBy = z.object({ id: Id, ip: z.string().nullable(), userAgent: z.string().nullable() })
export type ActedBy = z.output<typeof ActedBy>

/**
 * `PUT /internal/users/:id/avatar`, media → accounts: applied only when `version` is newer than the one
 * the profile has, or the same with other sizes or formats, or with a newer `revision` of its text, so it may be repeated and may arrive in any order. 204 either way; 404 `user-not-found`
 * for a user who is gone.
 */
export const SetAvatar = AvatarPictures.extend({
  thumbhash: z.string().nullable(),
  altText: z.string().nullable(),
  revision: z
    .int()
    .min(0)
    .default(0)
    .describe('of the text: how often it was changed since it was confirmed'),
  uploadId: Id,
  actor: ActedBy.nullable().describe('its owner, or an operator for them; null when the trail is gone'),
  restored: z.boolean().default(false).describe('it was the avatar before'),
}).meta({ id: 'SetAvatar' })
export type SetAvatar = z.output<typeof SetAvatar>

/**
 * `PATCH /internal/users/:id/avatar`, media → accounts: the text of an avatar was changed. Applied only when `version`
 * is the one the profile has and `revision` is newer. Each change is told to its owner once, as activity, whichever
 * avatar the profile has. The answers are those of PUT.
 */
export const TellDescription = z
  .object({
    version: z.int().positive(),
    uploadId: Id,
    revision: z.int().positive(),
    altText: z.string().nullable(),
    changes: z
      .array(z.object({ revision: z.int().positive(), actor: ActedBy }))
      .max(100)
      .describe('that were not told, the newest last'),
  })
  .meta({ id: 'TellDescription' })
export type TellDescription = z.output<typeof TellDescription>

/**
 * `DELETE /internal/users/:id/avatar`, media → accounts: the avatar was withdrawn. Like a new avatar it has a
 * version and is applied only when that is newer than the profile's; the answers are the same. It is always told to
 * its owner once: as activity, and as mail when another did it.
 */
export const RemoveAvatar = z
  .object({
    version: z.int().positive(),
    uploadId: Id.nullable().describe('the picture taken down; null when none was shown yet'),
    actor: ActedBy.describe('its owner, or an operator'),
    reason: z.string().nullable(),
  })
  .meta({ id: 'RemoveAvatar' })
export type RemoveAvatar = z.output<typeof RemoveAvatar>

/**
 * `GET /internal/ended-sessions?since=`, media → accounts: the sessions whose end was committed after `since`, so
 * that their access tokens are refused before they expire. `until` is the next call's `since`, and means nothing else.
 */
export const EndedSessions = z
  .object({ sessions: z.array(Id), until: z.string().max(40) })
  .meta({ id: 'EndedSessions' })
export type EndedSessions = z.output<typeof EndedSessions>

export const EndedSessionsQuery = z.object({
  since: z.string().max(40).optional().describe('without one that is known: a token’s lifetime ago'),
})

/**
 * `GET /internal/users/:id`, media → accounts: whether there is such a user, of whom rows may be made. 204; 404
 * `user-not-found` once their account is closed.
 */

/**
 * `GET /internal/users/:id/initials`, media → accounts: what stands for a user without a picture, made of their
 * nickname. Empty when it has no letter. 404 `user-not-found` also for a disabled user.
 */
export const UserInitials = z.object({ initials: z.string().max(16) }).meta({ id: 'UserInitials' })
export type UserInitials = z.output<typeof UserInitials>

/** MD5 or SHA-256 of a lower-case e-mail address, hexadecimal: how Gravatar and Libravatar name people. */
const EmailHash = z
  .string()
  .regex(/^(?:[0-9a-f]{32}|[0-9a-f]{64})$/i, fault('not-an-email-hash'))
  .toLowerCase()

/**
 * `GET /internal/email-hashes/:hash`, media → accounts: whose address it is. 404 `user-not-found` unless that
 * user is `discoverable`, not disabled, and (where addresses are verified) has verified it.
 */
export const EmailHashParams = z.object({ hash: EmailHash })
export const HashedUser = z.object({ userId: Id }).meta({ id: 'HashedUser' })
export type HashedUser = z.output<typeof HashedUser>

/**
 * `GET /internal/users/:id/export`, accounts → media: all that media holds on a user. Each file's bytes are at
 * `GET /internal/users/:id/files?path=`.
 */
export const MediaExport = z
  .object({
    uploads: z.array(Upload.extend({ events: z.array(UploadEvent) })),
    files: z.array(z.object({ path: z.string(), bytes: z.int() })),
  })
  .meta({ id: 'MediaExport' })
export type MediaExport = z.output<typeof MediaExport>
