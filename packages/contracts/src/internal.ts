import { z } from 'zod'
import { Changes } from './audit.js'
import { AvatarPictures } from './avatars.js'
import { Id } from './common.js'
import { UploadEvent } from './history.js'
import { fault } from './read-fields.js'
import { Upload } from './uploads.js'
import { Username } from './users.js'

/** The person who acted, and where from. */
export const ActedBy = z.object({ id: Id, ip: z.string().nullable(), userAgent: z.string().nullable() })
export type ActedBy = z.output<typeof ActedBy>

/** `toAccounts.setAvatar` */
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

/** `toAccounts.describeAvatar` */
export const TellDescription = z
  .object({
    version: z.int().positive(),
    uploadId: Id,
    revision: z.int().positive(),
    altText: z.string().nullable(),
    changes: z
      .array(
        z.object({
          revision: z.int().positive(),
          actor: ActedBy,
          altText: z
            .object({ before: z.string().nullable(), after: z.string().nullable() })
            .nullable()
            .describe('null once the picture was erased, and its texts with it'),
        }),
      )
      .max(100)
      .describe('that were not told, the newest last'),
  })
  .meta({ id: 'TellDescription' })
export type TellDescription = z.output<typeof TellDescription>

/** `toAccounts.removeAvatar`. Like a new avatar a withdrawal has a version. */
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
 * `toAccounts.tellOwner`: what an operator did to a person’s uploads, apart from withdrawing their avatar; that a
 * confirmed one failed; or that a webhook which they added stopped.
 */
export const TellOwner = z
  .object({
    noticeId: Id,
    kind: z.enum([
      'upload-refused',
      'picture-held',
      'upload-discarded',
      'picture-erased',
      'hold-lifted',
      'avatar-failed',
      'webhook-paused',
      'webhook-disabled',
    ]),
    uploadIds: z.array(Id).describe('none where it is about a webhook'),
    actor: ActedBy.nullable().describe('null when no person did it'),
    reason: z.string().nullable(),
    byMail: z.boolean().describe('false where another e-mail says it already'),
    webhook: z.object({ id: Id, url: z.string() }).nullable().default(null),
    changes: Changes.nullable().default(null).describe('where the kind does not say it'),
  })
  .meta({ id: 'TellOwner' })
export type TellOwner = z.output<typeof TellOwner>

/** `toAccounts.listEndedSessions`. `until` is the `since` of the next call, and means nothing else. */
export const EndedSessions = z
  .object({ sessions: z.array(Id), until: z.string().max(40) })
  .meta({ id: 'EndedSessions' })
export type EndedSessions = z.output<typeof EndedSessions>

export const EndedSessionsQuery = z.object({
  since: z.string().max(40).optional().describe('without one that is known: a token’s lifetime ago'),
})

/** `toAccounts.readInitials` */
export const UserInitials = z.object({ initials: z.string().max(16) }).meta({ id: 'UserInitials' })
export type UserInitials = z.output<typeof UserInitials>

/** MD5 or SHA-256 of a lower-case e-mail address, hexadecimal: how Gravatar and Libravatar name people. */
const EmailHash = z
  .string()
  .regex(/^(?:[0-9a-f]{32}|[0-9a-f]{64})$/i, fault('not-an-email-hash'))
  .toLowerCase()

/** `toAccounts.findByEmailHash` */
export const EmailHashParams = z.object({ hash: EmailHash })
export const FoundUser = z.object({ userId: Id }).meta({ id: 'FoundUser' })
export type FoundUser = z.output<typeof FoundUser>

/** `toAccounts.findByUsername` */
export const UsernameParams = z.object({ username: Username })

/** `toMedia.exportUser` */
export const MediaExport = z
  .object({
    uploads: z.array(Upload.extend({ events: z.array(UploadEvent) })),
    files: z.array(z.object({ path: z.string(), bytes: z.int() })),
  })
  .meta({ id: 'MediaExport' })
export type MediaExport = z.output<typeof MediaExport>
