import type { QueryExecutorProvider } from 'kysely'
import { isDatabaseAway } from './database-errors.js'
import { newId } from './ids.js'
import type { Logger } from './logger.js'
import { byCommand } from './os-user.js'
import { Problem } from './problem.js'
import { takeUpkeepLock } from './upkeep-lock.js'
import { finishRun, type NewUpkeepRun, skipRun, startRun } from './upkeep-runs.table.js'

/** What a task or a command did, by name. `attention`: what it could not do or found, in a sentence. */
export type Result = Readonly<Record<string, unknown>> & { readonly attention?: string }

/** How far a long run is; `total` where it is known. */
export type Progress = { readonly done: number; readonly total?: number; readonly of: string }

export type UpkeepOptions = {
  /** Change nothing, only count. */
  readonly dryRun: boolean
  readonly onProgress?: (progress: Progress) => void
  /** Aborted when the process is to end: a task that `stops` then leaves the rest to its next run. */
  readonly signal?: AbortSignal
  /** Who has it run, for the details of events; nothing by schedule. */
  readonly by?: RunBy
}

/**
 * A run that is not by schedule, as events have it. `askedBy`: the administrator, who is known for `http`; `osUser`: the
 * user of the operating system, for `cli`.
 */
export type RunBy = {
  readonly startedBy?: 'cli' | 'http'
  readonly askedBy?: string
  readonly osUser?: string
}

/** What a task that was stopped says. */
export const stopped = 'It was stopped before its end; the next run goes on.'

/** A task of upkeep: what the schedule, the command line and the API run. It may be killed anywhere and run again. */
export type UpkeepTask<Deps> = {
  readonly description: string
  /** It heeds `signal`. Any other is killed by a signal. */
  readonly stops?: true
  /** Loaded when it runs, so that a command's `--help` is quick. */
  readonly load: () => Promise<(deps: Deps, options: UpkeepOptions) => Promise<Result>>
}

export type UpkeepDeps = {
  readonly config: { readonly DATABASE_URL: string }
  readonly db: QueryExecutorProvider
  readonly logger: Logger
}

/** How a run ended: `result` is undefined for one that was not begun, because another is under way or it ended before. */
export type UpkeepOutcome = { readonly result: Result | undefined }

/**
 * Runs a task, as the only run of it in any process, and records it in `upkeep_runs`.
 * @param asked `id` of a run that waits for a worker: it runs as it was asked for
 * @throws what the task throws, once that is recorded
 */
export async function runUpkeep<Deps extends UpkeepDeps>(
  deps: Deps,
  name: string,
  task: UpkeepTask<Deps>,
  asked: Partial<Omit<NewUpkeepRun, 'task'>> & Pick<NewUpkeepRun, 'started_by'>,
  onProgress?: UpkeepOptions['onProgress'],
): Promise<UpkeepOutcome> {
  const { db, config } = deps
  const lock = await takeUpkeepLock(config.DATABASE_URL, name)
  if (!lock) {
    if (asked.id !== undefined) await skipRun(db, asked.id)
    return { result: undefined }
  }
  try {
    const run = await startRun(db, { id: newId(), actor_id: null, dry_run: false, ...asked, task: name })
    if (!run) return { result: undefined }
    const stop = new AbortController()
    const abort = () => stop.abort()
    // A second signal kills.
    if (task.stops) for (const name of signals) process.once(name, abort)
    try {
      const work = await task.load()
      const options = { dryRun: run.dry_run, signal: stop.signal, by: byOf(run) }
      const result = await work(deps, { ...options, ...(onProgress && { onProgress }) })
      await finishRun(db, run, {
        status: result.attention === undefined ? 'done' : 'partly',
        result,
        error: null,
        idle: run.started_by === 'schedule' && isNothing(result),
      })
      return { result }
    } catch (error) {
      // While the database is away its row stays as it is, and counts as killed once the lock is free.
      await finishRun(db, run, { status: 'failed', result: null, error: wordsOf(error), idle: false }).catch(
        (fault: unknown) => deps.logger.warn({ err: fault, task: name }, 'could not record the run'),
      )
      throw error
    } finally {
      for (const name of signals) process.off(name, abort)
    }
  } finally {
    await lock.release()
  }
}

const signals = ['SIGTERM', 'SIGINT'] as const

function byOf({ started_by, actor_id: askedBy }: NewUpkeepRun): RunBy {
  if (started_by === 'schedule') return {}
  return started_by === 'cli' ? byCommand() : { startedBy: started_by, ...(askedBy !== null && { askedBy }) }
}

/** Whether nothing was counted, at any depth. */
const isNothing = (value: unknown): boolean =>
  typeof value === 'object' && value !== null
    ? Object.values(value).every(isNothing)
    : value === 0 || value === null || value === undefined

/** Why a run failed, for an operator who does not see the log; no stack, path or statement. */
function wordsOf(error: unknown): string {
  if (error instanceof Problem) return error.kind.title.en
  if (isDatabaseAway(error)) return 'The database did not answer.'
  const name = error instanceof Error ? error.name : ''
  if (name === 'StorageAwayError') return 'The storage did not answer.'
  if (name === 'ServiceAwayError') return 'The other service did not answer.'
  return 'An unexpected error; the log of the process that ran it has the details.'
}
