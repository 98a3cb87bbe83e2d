import { type Kysely, sql } from 'kysely'

/**
 * Makes the table of the runs of upkeep, as the first migrations of both services do; `upkeep-runs.table.ts` has what is
 * asked of it. Once released it changes in later migrations only.
 */
export async function createUpkeepRuns(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table upkeep_runs (
      id uuid primary key,
      task text not null,
      started_by text not null check (started_by in ('schedule', 'cli', 'http')),
      actor_id uuid,
      dry_run boolean not null,
      status text not null
        check (status in ('waiting', 'running', 'done', 'partly', 'failed', 'killed', 'skipped')),
      asked_at timestamptz(3) not null default now(),
      started_at timestamptz(3),
      finished_at timestamptz(3),
      result jsonb,
      error text,
      idle boolean not null default false
    )`.execute(db)
  await sql`create index upkeep_runs_task on upkeep_runs (task, id)`.execute(db)
}
