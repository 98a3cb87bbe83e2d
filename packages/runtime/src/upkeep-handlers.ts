import type { UpkeepRuns } from '@likeness/contracts'
import type { upkeep } from '@likeness/contracts/endpoints'
import { callerOf } from './caller.js'
import type { Database } from './database.js'
import { newId } from './ids.js'
import type { Logger } from './logger.js'
import type { Problem, ProblemDetails } from './problem.js'
import type { JobQueue } from './queue.js'
import type { Handler } from './serve.js'
import { noteAct } from './trail/operators.js'
import { nudgeRun } from './upkeep-nudges.js'
import { findTaskStates, insertWaitingRun, type TaskState } from './upkeep-runs.table.js'
import type { Schedule } from './upkeep-schedule.js'
import { type Described, listTasks, viewRun, viewTask } from './upkeep-view.js'

const runsShown = 20

type Deps<Tables> = {
  readonly config: { readonly UPKEEP_SCHEDULE: Readonly<Record<string, Schedule>> }
  readonly db: Database<Tables>
  readonly queue: JobQueue
  readonly logger: Logger
}

/** The handlers of a service's upkeep. They differ by its tasks, and by where they are. */
export function upkeepHandlers<Tables>(
  deps: Deps<Tables>,
  options: {
    /** `/v1/upkeep` */
    readonly path: string
    readonly tasks: Described
    readonly problem: (code: 'task-not-found' | 'task-is-running', details?: ProblemDetails) => Problem
  },
): {
  readonly list: Handler<typeof upkeep.list>
  readonly read: Handler<typeof upkeep.read>
  readonly run: Handler<typeof upkeep.run>
} {
  const { path, tasks, problem } = options
  const { db } = deps
  const names = Object.keys(tasks)

  async function stateOf(task: string, runs: number): Promise<TaskState> {
    const [state] = Object.hasOwn(tasks, task) ? await findTaskStates(db, [task], runs) : []
    if (!state) throw problem('task-not-found', { parameters: { tasks: names.join(', ') } })
    return state
  }
  return {
    list: async () => ({ items: await listTasks(deps, tasks) }),
    read: async (request): Promise<UpkeepRuns> => {
      const state = await stateOf(request.params.task, runsShown)
      return { ...(await viewTask(deps, tasks, state)), runs: state.runs.map((run) => viewRun(run, state)) }
    },
    run: async (request, reply) => {
      const { task } = request.params
      const state = await stateOf(task, 0)
      if (state.locked) throw problem('task-is-running')
      const { dryRun } = request.query
      const run = await db.transaction().execute(async (trx) => {
        const waiting = await insertWaitingRun(trx, {
          id: newId(),
          task,
          started_by: 'http',
          actor_id: callerOf(request).id,
          dry_run: dryRun,
        })
        if (!waiting) throw new Error('an insert returned no row')
        await noteAct(trx, request, { action: 'upkeep-run', details: { task, dryRun, run: waiting.id } })
        return waiting
      })
      nudgeRun(deps, run)
      return reply.header('location', `${path}/${task}`).code(202).send(viewRun(run, state))
    },
  }
}
