import { z } from 'zod'
import { Id, PageQuery, pageOf, Time, text } from './common.js'
import { fault } from './read-fields.js'
import { ImageFormat, Upload, UploadEventType, UploadStatus } from './uploads.js'

/** One event of an upload's trail. */
export const UploadEvent = z
  .object({
    type: UploadEventType,
    at: Time,
    actorId: Id.nullable().describe('null when a job did it'),
    ip: z.string().nullable(),
    userAgent: z.string().nullable().describe('the device as it names itself'),
    details: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'UploadEvent' })
export type UploadEvent = z.output<typeof UploadEvent>

/** `GET /v1/history`, by managers and admins: the uploads of everyone, erased ones included, newest first. */
export const HistoryQuery = PageQuery.extend({
  userId: Id.optional(),
  status: UploadStatus.optional(),
  format: ImageFormat.optional(),
  from: Time.optional().describe('uploaded then or later'),
  to: Time.optional().describe('uploaded before then'),
  q: text(3, 255).optional().describe('part of the file name, in any case'),
  ip: z
    .union([z.ipv4(), z.ipv6()], { error: fault('not-an-ip-address') })
    .optional()
    .describe('something was done to it from this address'),
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
