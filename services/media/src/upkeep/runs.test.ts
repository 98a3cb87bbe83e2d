import { history, upkeep } from '@likeness/contracts/endpoints'
import { parseConfig } from '@likeness/runtime/config'
import { type Result, runUpkeep, type UpkeepTask } from '@likeness/runtime/upkeep'
import { waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { MediaConfig } from '../config.js'
import type { Deps } from '../deps.js'
import { startMedia } from '../testing/start-media.js'
import { upkeepTasks } from './tasks.js'

/** A task that ends only when it is told to. */
function holdTask() {
  let settle: { end: (result: Result) => void; fail: (error: Error) => void } | undefined
  let begin: () => void = () => undefined
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const work = () => {
    begin()
    return new Promise<Result>((resolve, reject) => {
      settle = { end: resolve, fail: reject }
    })
  }
  const task: UpkeepTask<Deps> = { description: '', load: () => Promise.resolve(work) }
  return {
    task,
    begun,
    end: (result: Result) => settle?.end(result),
    fail: (error: Error) => settle?.fail(error),
  }
}

t.test('runs of upkeep: asked for, scheduled, at once and killed', async (t) => {
  const media = await startMedia(t, { config: { UPKEEP_SCHEDULE: 'off' } })
  const [admin, manager] = [await media.person('admin'), await media.person('manager')]
  const read = async (task: string) => (await manager.call(upkeep.read, { params: { task } })).body
  const run = (task: string, dryRun = false) =>
    admin.call(upkeep.run, { params: { task }, query: { dryRun: dryRun ? 'true' : 'false' } })
  const ended = (task: string, id: string) =>
    waitFor(async () => (await read(task)).runs.find((one) => one.id === id && one.finishedAt !== null), {
      for: `the run of ${task} to end`,
    })

  t.match((await manager.call(upkeep.list)).body.items, [
    { name: 'expire-uploads', schedule: 'off', nextRunAt: null, isRunning: false, lastRun: null },
    { name: 'requeue-stuck' },
    { name: 'collect-garbage' },
    { name: 'prune' },
  ])
  t.match(await manager.call(upkeep.run, { params: { task: 'prune' } }), {
    status: 403,
    body: { code: 'forbidden' },
  })
  t.match(await run('dance'), {
    status: 404,
    body: { code: 'task-not-found', detail: /expire-uploads, requeue-stuck/ },
  })
  t.equal((await admin.call(upkeep.read, { params: { task: 'toString' } })).status, 404)

  await media.work()
  const asked = await run('prune', true)
  t.match(asked, { status: 202, body: { status: 'waiting', startedBy: 'http', dryRun: true } })
  t.equal(asked.headers.get('location'), '/v1/upkeep/prune')
  const audit = await manager.call(history.listAudit, { query: { action: 'upkeep-run' } })
  t.match(audit.body.items, [
    {
      actorId: admin.id,
      actorRole: 'admin',
      ip: '127.0.0.1',
      details: { task: 'prune', dryRun: true, run: asked.body.id },
    },
  ])
  t.match(await ended('prune', asked.body.id), {
    status: 'done',
    actorId: admin.id,
    dryRun: true,
    result: { originals: 0, keys: 0 },
    error: null,
  })

  const deps = await media.upkeep()
  const held = holdTask()
  const first = runUpkeep(deps, 'expire-uploads', held.task, { started_by: 'cli' })
  await held.begun
  t.equal((await read('expire-uploads')).isRunning, true)
  t.match((await read('expire-uploads')).runs, [{ status: 'running', startedBy: 'cli', finishedAt: null }])
  t.strictSame(
    await runUpkeep(media.deps, 'expire-uploads', held.task, { started_by: 'cli' }),
    { result: undefined },
    'a second run at once is none',
  )
  t.match(await run('expire-uploads'), { status: 409, body: { code: 'task-is-running' } })
  held.end({ attention: 'a file is left' })
  t.match(await first, { result: { attention: 'a file is left' } })
  t.match((await read('expire-uploads')).runs, [{ status: 'partly', durationMs: Number }])

  const failing = holdTask()
  const fails = runUpkeep(deps, 'expire-uploads', failing.task, { started_by: 'cli' })
  await failing.begun
  failing.fail(new Error('select * from secrets'))
  await t.rejects(fails, { message: /secrets/ })
  const [failed] = (await read('expire-uploads')).runs
  t.match(failed, { status: 'failed', error: /An unexpected error/ })
  t.notMatch(failed?.error, 'secrets')

  // PostgreSQL ends the connection that holds the lock, as it does when a process is killed.
  const killed = holdTask()
  const never = runUpkeep(deps, 'expire-uploads', killed.task, { started_by: 'cli' })
  await killed.begun
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'upkeep expire-uploads' and datname = current_database()`.execute(media.deps.db)
  await waitFor(async () => !(await read('expire-uploads')).isRunning, { for: 'the lock to be free' })
  t.match((await read('expire-uploads')).runs, [{ status: 'killed', finishedAt: null }])
  const next = await run('expire-uploads')
  t.match(await ended('expire-uploads', next.body.id), { status: 'done', result: { expired: 0 } })
  t.strictSame(
    (await read('expire-uploads')).runs.map(({ status }) => status),
    ['done', 'killed', 'failed', 'partly'],
  )
  killed.end({})
  await never

  // Scheduled runs that find nothing replace each other.
  for (let count = 0; count < 3; count += 1)
    await runUpkeep(deps, 'collect-garbage', upkeepTasks['collect-garbage'], { started_by: 'schedule' })
  t.equal((await read('collect-garbage')).runs.length, 1)

  // A request whose job was lost is found by its row.
  await sql`insert into upkeep_runs (id, task, started_by, dry_run, status, asked_at)
    values (gen_random_uuid(), 'prune', 'http', false, 'waiting', now() - interval '1 hour')`.execute(deps.db)
  const requeue = await run('requeue-stuck')
  t.match(await ended('requeue-stuck', requeue.body.id), { result: { upkeep: 1 } })
  await waitFor(async () => (await read('prune')).runs.every(({ status }) => status === 'done'), {
    for: 'the lost run',
  })
})

t.test('one run per tick, however many workers; a change of the schedule replaces it', async (t) => {
  const media = await startMedia(t, { config: { UPKEEP_SCHEDULE: 'prune=* * * * * *; requeue-stuck=off' } })
  const manager = await media.person('manager')
  await media.work()
  await media.work()
  await media.work()
  const ticks = () =>
    sql<{ at: Date }>`select asked_at as at from upkeep_ticks order by at`.execute(media.deps.db)
  // Runs without work replace each other, so each is copied as it begins.
  await sql`create table upkeep_ticks as select * from upkeep_runs where false`.execute(media.deps.db)
  await sql`create function note_tick() returns trigger language plpgsql as $$
    begin insert into upkeep_ticks select new.*; return new; end $$`.execute(media.deps.db)
  await sql`create trigger note_tick after insert on upkeep_runs for each row when (new.task = 'prune')
    execute function note_tick()`.execute(media.deps.db)
  await waitFor(async () => (await ticks()).rows.length >= 4, { for: 'four ticks' })
  const times = (await ticks()).rows.map(({ at }) => at.getTime())
  const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000
  // A late tick is made up for, but three workers never make three runs of one.
  t.ok(times.length <= seconds + 2, `${times.length} runs in ${seconds} s`)

  const { items } = (await manager.call(upkeep.list)).body
  t.match(items, [
    { schedule: '*/15 * * * * *', nextRunAt: /Z$/ },
    { schedule: 'off', nextRunAt: null },
    { schedule: '17 * * * *', nextRunAt: /:17:00.000Z$/ },
    { schedule: '* * * * * *', lastRun: { status: /done|running/, startedBy: 'schedule' } },
  ])
})

t.test('the next run that is shown is that of the queue, from the start of a worker on', async (t) => {
  const media = await startMedia(t, { queue: 'postgres', config: { UPKEEP_SCHEDULE: 'prune=0 3 1 1 *' } })
  const manager = await media.person('manager')
  await media.work()
  const shown = async () =>
    (await manager.call(upkeep.list)).body.items
      .flatMap(({ name, nextRunAt }) => (nextRunAt === null ? [] : [`${name} ${nextRunAt}`]))
      .toSorted()
  const queued = async () => {
    const { rows } = await sql<{ name: string; next: number }>`
      select scheduler_id as name, next_run_ms as next from bullmq.scheduler`.execute(media.deps.db)
    return rows.map(({ name, next }) => `${name} ${new Date(next).toISOString()}`).toSorted()
  }
  // A tick may come in between.
  await waitFor(async () => (await shown()).join() === (await queued()).join(), {
    for: 'both to be the same',
  })
  t.match((await shown()).join(), /prune \d{4}-01-01T03:00:00\.000Z/)
})

t.test('a schedule that cannot be used is refused by name', async (t) => {
  const env = (UPKEEP_SCHEDULE: string) => ({
    ...{ PORT: '0', DATABASE_URL: 'postgres://a/b', QUEUE_URL: 'postgres://a/b', PUBLIC_URL: 'http://a' },
    ...{
      SERVICE_SECRET: 'x'.repeat(32),
      ACCOUNTS_URL: 'http://a',
      STORAGE_URL: 'file:///tmp',
      UPKEEP_SCHEDULE,
    },
  })
  const faultOf = (schedule: string) => {
    try {
      parseConfig(MediaConfig, env(schedule))
      return ''
    } catch (error) {
      return String(error)
    }
  }
  for (const bad of ['61 * * * *', '* * *', 'H * * * *', '0 0 30 2 *', '', 'often', '* * * * * * *']) {
    t.match(faultOf(`prune=${bad}`), /UPKEEP_SCHEDULE: prune must be off or a cron expression/, bad)
  }
  t.match(faultOf('dance=* * * * *'), /UPKEEP_SCHEDULE: must name tasks.+expire-uploads, requeue-stuck/)
  t.match(faultOf('prune'), /UPKEEP_SCHEDULE/)
  const { UPKEEP_SCHEDULE } = parseConfig(MediaConfig, env(' prune = 30  3 * * 1-5 ;collect-garbage=off; '))
  t.match(UPKEEP_SCHEDULE, {
    'expire-uploads': '*/15 * * * * *',
    prune: '30 3 * * 1-5',
    'collect-garbage': 'off',
  })
  t.ok(Object.values(parseConfig(MediaConfig, env('off')).UPKEEP_SCHEDULE).every((one) => one === 'off'))
})
