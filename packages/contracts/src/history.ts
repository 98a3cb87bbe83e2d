import { z } from 'zod'
import { ActorKind, Changes } from './audit.js'
import { Id, PageQuery, pageOf, Time, text } from './common.js'
import { fault } from './read-fields.js'
import { ImageFormat, Sha256, Upload, UploadEventType, UploadStatus } from './uploads.js'
import { Username } from './users.js'

/** One event of an upload's trail. */
export const UploadEvent = z
  .object({
    type: UploadEventType,
    at: Time,
    actorKind: ActorKind,
    actorId: Id.nullable().describe('null when no person did it'),
    ip: z.string().nullable(),
    userAgent: z.string().nullable().describe('the device as it names itself'),
    changes: Changes,
    details: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'UploadEvent' })
export type UploadEvent = z.output<typeof UploadEvent>

/** What the history is sorted by; `-` puts the greatest first. */
export const HistorySort = z.enum([
  'uploadedAt',
  '-uploadedAt',
  'bytes',
  '-bytes',
  'confirmedAt',
  '-confirmedAt',
])
export type HistorySort = z.output<typeof HistorySort>

/** `GET /v1/history`, by managers and admins: the uploads of everyone, erased ones included, newest first. */
export const HistoryQuery = PageQuery.extend({
  userId: Id.optional(),
  username: Username.optional().describe('of its owner, in any case of its letters'),
  status: UploadStatus.optional(),
  failure: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,63}$/, fault('not-a-failure'))
    .optional()
    .describe('`failure.code` of an upload that was rejected or failed'),
  format: ImageFormat.optional(),
  from: Time.optional().describe('uploaded then or later'),
  to: Time.optional().describe('uploaded before then'),
  q: text(3, 255).optional().describe('part of the file name, in any case'),
  ip: z
    .union([z.ipv4(), z.ipv6()], { error: fault('not-an-ip-address') })
    .optional()
    .describe('something was done to it from this address'),
  sha256: Sha256.optional().describe('these bytes'),
  actorId: Id.optional().describe('this person did something to it: its owner, or an operator'),
  sort: HistorySort.default('-uploadedAt').describe(
    'by `uploadedAt`, which is when the upload began, `bytes` or `confirmedAt`, greatest first with `-`; by `confirmedAt` only those that were confirmed',
  ),
}).refine(({ from, to }) => from === undefined || to === undefined || Date.parse(from) <= Date.parse(to), {
  path: ['to'],
  error: fault('not-after', { field: 'from' }),
})
export type HistoryQuery = z.output<typeof HistoryQuery>

/** An upload as managers see it. */
export const HistoryEntry = Upload.extend({
  uploadedBy: Id.nullable().describe('its owner, or a manager'),
  ip: z.string().nullable().describe('where it was uploaded from'),
}).meta({ id: 'HistoryEntry' })
export type HistoryEntry = z.output<typeof HistoryEntry>

export const HistoryPage = pageOf(HistoryEntry).meta({ id: 'HistoryPage' })

export const TrailParams = z.object({ uploadId: Id })

/** `GET /v1/history/:uploadId/events`: what happened to one upload, first things first. */
export const TrailPage = pageOf(
  UploadEvent.extend({ seq: z.int().describe('grows with every event of every upload') }),
).meta({ id: 'TrailPage' })
