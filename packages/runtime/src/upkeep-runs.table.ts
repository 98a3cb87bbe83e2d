import type { UpkeepRunStatus } from '@likeness/contracts'
import { type QueryExecutorProvider, sql } from 'kysely'
import { upkeepLocks } from './upkeep-lock.js'

/** One run of a task of upkeep, in the database of each service. */
export type UpkeepRunsTable = {
  id: string
  task: string
  started_by: 'schedule' | 'cli' | 'http'
  /** The administrator who asked for it. */
  actor_id: string | null
  dry_run: boolean
  /** `running` stays when the process is killed: the lock, which is then free, tells. */
  status: UpkeepRunStatus
  asked_at: Date
  started_at: Date | null
  finished_at: Date | null
  result: Record<string, unknown> | null
  /** In plain words. */
  error: string | null
  /** A scheduled run that found nothing to do; the next one of the task replaces it. */
  idle: boolean
}
export type UpkeepRunRow = UpkeepRunsTable
export type NewUpkeepRun = Pick<UpkeepRunsTable, 'id' | 'task' | 'started_by' | 'actor_id' | 'dry_run'>

/** Runs kept of each task. */
const kept = 1_000

/** Notes a run that a worker is to make. */
export async function insertWaitingRun(
  db: QueryExecutorProvider,
  run: NewUpkeepRun,
): Promise<UpkeepRunRow | undefined> {
  const { rows } = await sql<UpkeepRunRow>`
    insert into upkeep_runs (id, task, started_by, actor_id, dry_run, status)
    values (${run.id}, ${run.task}, ${run.started_by}, ${run.actor_id}, ${run.dry_run}, 'waiting')
    returning *`.execute(db)
  return rows[0]
}

/**
 * Notes that a run begins, under the lock of its task: all others of it that seem to run were killed. A run that waited,
 * or was killed itself, begins as it was asked for.
 * @returns undefined when it has ended before
 */
export async function startRun(
  db: QueryExecutorProvider,
  run: NewUpkeepRun,
): Promise<UpkeepRunRow | undefined> {
  const { rows } = await sql<UpkeepRunRow>`
    with dead as (
      update upkeep_runs set status = 'killed'
      where task = ${run.task} and status = 'running' and id <> ${run.id}
    )
    insert into upkeep_runs as run (id, task, started_by, actor_id, dry_run, status, started_at)
    values (${run.id}, ${run.task}, ${run.started_by}, ${run.actor_id}, ${run.dry_run}, 'running', now())
    on conflict (id) do update set status = 'running', started_at = now()
    where run.status in ('waiting', 'running', 'killed')
    returning *`.execute(db)
  return rows[0]
}

type Ending = Pick<UpkeepRunsTable, 'status' | 'result' | 'error' | 'idle'>

/** Notes how a run ended, and deletes what the next runs of the task push out. */
export async function finishRun(
  db: QueryExecutorProvider,
  { id, task }: Pick<UpkeepRunsTable, 'id' | 'task'>,
  { status, result, error, idle }: Ending,
): Promise<void> {
  await sql`
    with ended as (
      update upkeep_runs
      set status = ${status}, finished_at = now(), error = ${error}, idle = ${idle},
        result = ${result === null ? null : JSON.stringify(result)}::jsonb
      where id = ${id}
    )
    delete from upkeep_runs where task = ${task} and id < ${id} and (idle
      or id < (select id from upkeep_runs where task = ${task} order by id desc offset ${kept} limit 1))`.execute(
    db,
  )
}

/** Notes that a run that was asked for found another under way. */
export async function skipRun(db: QueryExecutorProvider, id: string): Promise<void> {
  await sql`
    update upkeep_runs set status = 'skipped', finished_at = now()
    where id = ${id} and status = 'waiting'`.execute(db)
}

/** The runs of these tasks that wait for a worker for longer than this. */
export async function findWaitingRuns(
  db: QueryExecutorProvider,
  tasks: readonly string[],
  olderThanSeconds: number,
): Promise<Pick<UpkeepRunsTable, 'id' | 'task'>[]> {
  const { rows } = await sql<Pick<UpkeepRunsTable, 'id' | 'task'>>`
    select id, task from upkeep_runs
    where status = 'waiting' and task = any(${[...tasks]}) and asked_at < now() - make_interval(secs => ${olderThanSeconds})
    order by id limit 100`.execute(db)
  return rows
}

/** A task with its newest runs, and whether a process holds its lock. */
export type TaskState = { readonly task: string; readonly locked: boolean; readonly runs: UpkeepRunRow[] }

/** The state of these tasks. @param limit newest runs of each */
export async function findTaskStates(
  db: QueryExecutorProvider,
  tasks: readonly string[],
  limit: number,
): Promise<TaskState[]> {
  const states = await readStates(db, tasks, limit)
  // Locks are not part of the snapshot that rows are read in: a run that begins or ends just then looks killed.
  return states.some((state) => state.runs.some((run) => isDead(run, state)))
    ? readStates(db, tasks, limit)
    : states
}

/** Whether the process of a run was killed before it ended. */
export const isDead = ({ status }: UpkeepRunRow, { locked }: Pick<TaskState, 'locked'>): boolean =>
  status === 'running' && !locked

async function readStates(
  db: QueryExecutorProvider,
  tasks: readonly string[],
  limit: number,
): Promise<TaskState[]> {
  const { rows } = await sql<TaskState>`
    select name as task,
      exists (
        select from pg_locks
        where locktype = 'advisory' and objsubid = 2 and granted and classid = ${upkeepLocks}::oid
          and objid::bigint = hashtext(name)::bigint & 4294967295
          and database = (select oid from pg_database where datname = current_database())) as locked,
      coalesce((
        select json_agg(to_json(run) order by run.id desc)
        from (select * from upkeep_runs where task = name order by id desc limit ${limit}) as run), '[]') as runs
    from unnest(${[...tasks]}::text[]) with ordinality as named (name, place) order by place`.execute(db)
  return rows.map((state) => ({ ...state, runs: state.runs.map(withDates) }))
}

/** Times come as text within JSON. */
const withDates = (run: UpkeepRunRow): UpkeepRunRow => ({
  ...run,
  asked_at: new Date(run.asked_at),
  started_at: run.started_at && new Date(run.started_at),
  finished_at: run.finished_at && new Date(run.finished_at),
})
