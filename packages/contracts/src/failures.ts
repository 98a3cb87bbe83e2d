import { z } from 'zod'
import { Id, PageQuery, pageOf, Time } from './common.js'
import { fault } from './read-fields.js'

/** What a picture waits for, or failed at. */
export const Step = z
  .enum(['prepare', 'publish', 'withdraw', 'describe', 'tell', 'erase', 'import'])
  .meta({ id: 'Step' })
export type Step = z.output<typeof Step>

/** The causes that this release knows; what an older one noted may have another. */
export const failureCauses = [
  'no-run',
  'storage-away',
  'storage-full',
  'original-missing',
  'accounts-away',
  'database-away',
  'unexpected',
  'decode-starved',
  'decode-timeout',
  'decode-memory',
  'decode-crash',
  'invalid-image',
  'unsupported-image',
  'too-many-pixels',
  'image-too-small',
  'image-too-large',
  'invalid-crop',
  'blocked-image',
  'refused-by-operator',
  'taken-down',
  'import-failed',
  'import-refused',
  'quota-exceeded',
  'rate-limited',
  'too-many-pending',
  'upload-not-found',
] as const

/** A lower-case word: `storage-away`, or the failure code of an upload. */
const Cause = z
  .string()
  .regex(/^[a-z][a-z-]{0,62}$/, fault('not-a-cause'))
  .describe(
    'no-run: the job has not run yet or was lost; storage-away, storage-full, original-missing, accounts-away, database-away, decode-starved, unexpected (the log has it); the failure code of an upload; or the problem of an import',
  )

/** Whether it is tried again by itself, or has ended for good. */
const FailureState = z.enum(['waiting', 'ended'])

const About = z.object({ step: Step, cause: Cause, state: FailureState })

const Runs = z.object({
  since: Time.describe('since when it waits, or when it ended'),
  attempts: z.int().describe('runs that failed and were noted'),
  lastAt: Time.nullable().describe('when a run last failed'),
})

/** `GET /v1/failures`: work that waits too long, and uploads that ended without an avatar. */
export const FailuresQuery = z.object({
  since: Time.optional().describe('ended then or later; seven days ago unless given'),
})

/** Failures of one cause. */
export const FailureGroup = About.extend({
  count: z.int(),
  since: Time.describe('since when the oldest waits, or when the first ended'),
  attempts: Runs.shape.attempts,
  lastAt: Runs.shape.lastAt,
}).meta({ id: 'FailureGroup' })
export type FailureGroup = z.output<typeof FailureGroup>

export const FailureGroups = z.object({ items: z.array(FailureGroup) }).meta({ id: 'FailureGroups' })

/** `GET /v1/failures/items`: which pictures or people a group is about, oldest first. */
export const FailureItemsQuery = PageQuery.extend({
  ...About.shape,
  since: FailuresQuery.shape.since,
})
export type FailureItemsQuery = z.output<typeof FailureItemsQuery>

export const Failure = About.extend({
  userId: Id,
  uploadId: Id.nullable().describe('null where it is about a person'),
  ...Runs.shape,
}).meta({ id: 'Failure' })
export type Failure = z.output<typeof Failure>

export const FailurePage = pageOf(Failure).meta({ id: 'FailurePage' })

/** `POST /v1/failures/retry`: one upload, or all that wait for one cause. */
export const RetryFailures = z
  .strictObject({ uploadId: Id.optional(), step: Step.optional(), cause: Cause.optional() })
  .refine(
    ({ uploadId, step, cause }) =>
      (uploadId === undefined) === (step !== undefined && cause !== undefined) &&
      (step === undefined) === (cause === undefined),
    fault('one-or-a-cause'),
  )
  .meta({ id: 'RetryFailures' })
export type RetryFailures = z.output<typeof RetryFailures>

export const Retried = z
  .object({
    retried: z.int().describe('how many run again now; with dryRun, how many would'),
    dryRun: z.boolean().describe('true: nothing was done'),
    left: z.boolean().describe('whether more wait for this cause than one request retries'),
  })
  .meta({ id: 'Retried' })
export type Retried = z.output<typeof Retried>
