import { z } from 'zod'
import { Id, Time } from './common.js'

/** What is known of a run. `killed`: its process ended before it did; `partly`: `result.attention` says what is left. */
export const UpkeepRunStatus = z.enum(['waiting', 'running', 'done', 'partly', 'failed', 'killed', 'skipped'])
export type UpkeepRunStatus = z.output<typeof UpkeepRunStatus>

/** One run of a task. */
export const UpkeepRun = z
  .object({
    id: Id,
    status: UpkeepRunStatus.describe(
      'waiting for a worker, running, or how it ended: `partly` leaves something to do, `killed` ended with its process, `skipped` found another run under way',
    ),
    startedBy: z.enum(['schedule', 'cli', 'http']),
    actorId: Id.nullable().describe('the administrator who asked for it'),
    dryRun: z.boolean().describe('it only counted'),
    askedAt: Time,
    startedAt: Time.nullable(),
    finishedAt: Time.nullable(),
    durationMs: z.int().nullable(),
    result: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe('what it did, by name; `attention` says what is left to do'),
    error: z.string().nullable().describe('why it failed'),
  })
  .meta({ id: 'UpkeepRun' })
export type UpkeepRun = z.output<typeof UpkeepRun>

const taskFields = {
  name: z.string(),
  description: z.string(),
  schedule: z.string().describe('a cron expression in UTC, with seconds if it has six fields, or `off`'),
  nextRunAt: Time.nullable(),
  isRunning: z.boolean().describe('in any process, now'),
}

/** A task of upkeep with its newest run. */
export const UpkeepTask = z
  .object({ ...taskFields, lastRun: UpkeepRun.nullable() })
  .meta({ id: 'UpkeepTask' })
export type UpkeepTask = z.output<typeof UpkeepTask>

/** Every task of a service. */
export const UpkeepList = z.object({ items: z.array(UpkeepTask) }).meta({ id: 'UpkeepList' })

/** Every task of accounts, and whether its inbox is there for the one who asks. */
export const AccountsUpkeepList = UpkeepList.extend({
  inbox: z
    .boolean()
    .describe(
      'whether `/inbox` answers here: only without a mail server, and to this machine or, if so configured, anyone',
    ),
}).meta({ id: 'AccountsUpkeepList' })

/** A task with its newest runs, newest first. */
export const UpkeepRuns = z
  .object({ ...taskFields, runs: z.array(UpkeepRun).describe('the newest twenty') })
  .meta({ id: 'UpkeepRuns' })
export type UpkeepRuns = z.output<typeof UpkeepRuns>

export const UpkeepParams = z.object({ task: z.string().max(60) })
