import { z } from 'zod'
import { Id, PageQuery, pageOf, Role, Time } from './common.js'

/**
 * Who acts: a person with a token, a service key, a service by itself, or its upkeep (a schedule, or a command on the
 * machine).
 */
export const ActorKind = z.enum(['person', 'key', 'service', 'upkeep']).meta({ id: 'ActorKind' })
export type ActorKind = z.output<typeof ActorKind>

/** What an act changed, by the name of each field; empty when it changed nothing. */
export const Changes = z
  .record(z.string(), z.object({ before: z.unknown(), after: z.unknown() }).meta({ id: 'Change' }))
  .describe('what it changed, by field')
export type Changes = z.output<typeof Changes>

/**
 * The acts of `audit_events`, which both services have: those that change no upload and no account, and what removes
 * from a trail. `docs/audit.md` describes each.
 */
export const AuditAction = z
  .enum([
    // A manager or administrator read what is another's.
    'upload-read',
    'uploads-listed',
    'preview-read',
    'upload-followed',
    'history-listed',
    'history-exported',
    'trail-read',
    'account-read',
    'accounts-listed',
    'activity-read',
    'erasures-listed',
    'audit-read',
    'failures-listed',
    'uses-listed',
    'person-read',
    'person-exported',
    'keys-listed',
    'deliveries-listed',
    // They acted on a picture, whoever uses it.
    'picture-taken-down',
    'image-blocked',
    'image-unblocked',
    // They did something that changes no upload.
    'failures-retried',
    'sessions-ended',
    'erasure-asked',
    'person-made-known',
    'key-created',
    'key-revoked',
    'webhook-added',
    'webhook-changed',
    'webhook-removed',
    'webhook-rotated',
    'webhook-replayed',
    'webhook-stopped',
    'upkeep-run',
    // They closed an account, of which nothing else stays.
    'account-closed',
    // They attempted something and were refused.
    'act-refused',
    // A backup was restored: what happened after it is lost.
    'backup-restored',
    // Something was removed from a trail.
    'trail-pruned',
    'audit-pruned',
    'text-erased',
    'person-erased',
  ])
  .meta({ id: 'AuditAction' })
export type AuditAction = z.output<typeof AuditAction>

export const AuditEvent = z
  .object({
    seq: z.int().describe('grows with every event of this list'),
    at: Time,
    action: AuditAction,
    actorKind: ActorKind,
    actorId: Id.nullable().describe('null when no person did it'),
    actorRole: Role.nullable().describe('the rank they acted with'),
    userId: Id.nullable().describe('the person it is about, if it is about one'),
    uploadId: Id.nullable(),
    ip: z.string().nullable(),
    userAgent: z.string().nullable().describe('the device as it names itself'),
    outcome: z.enum(['done', 'refused']),
    problem: z.string().nullable().describe('the code of the refusal'),
    changes: Changes,
    details: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditEvent' })
export type AuditEvent = z.output<typeof AuditEvent>

/** The first thing of a sealed trail that does not fit. */
export const TrailFault = z
  .object({
    what: z
      .enum(['changed', 'missing', 'inserted', 'broken', 'unexplained', 'rewritten'])
      .describe(
        '`changed`, `missing`, `inserted`: an event of `table`; `broken`: the link of the chain itself, or one before it that is gone; `unexplained`: the event that says what was removed, and says something else; `rewritten`: the seal is not the one that was noted elsewhere',
      ),
    table: z.string().optional(),
    seq: z.int().optional().describe('the place of the event in its table'),
    seal: z.int().optional().describe('the number of the link'),
  })
  .meta({ id: 'TrailFault' })
export type TrailFault = z.output<typeof TrailFault>

export const AuditQuery = PageQuery.extend({
  actorId: Id.optional().describe('they did it'),
  userId: Id.optional().describe('it is about them'),
  action: AuditAction.optional(),
  from: Time.optional().describe('not before'),
  to: Time.optional().describe('before'),
})
export type AuditQuery = z.output<typeof AuditQuery>

export const AuditPage = pageOf(AuditEvent).meta({ id: 'AuditPage' })
