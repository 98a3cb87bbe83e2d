import type { Step } from '@likeness/contracts'
import { noteFailedRun } from '../database/failed-runs.table.js'
import type { WorkerDeps } from '../deps.js'
import { type Enqueued, type Jobs, keyOf } from '../queue.js'
import { causeOf } from './cause-of.js'

/** A take-down is about many people, and so is a webhook; `moderation.listTakedowns` and `webhooks.list` show what waits. */
type Noted = Exclude<Enqueued, 'take-down' | 'deliver-webhooks'>

/** What each job does for its upload or person. */
const stepOf: Readonly<Record<Noted, Step>> = {
  'prepare-upload': 'prepare',
  'prepare-heic': 'prepare',
  'publish-avatar': 'publish',
  'publish-heic': 'publish',
  'tell-withdrawal': 'withdraw',
  'tell-description': 'describe',
  'tell-owner': 'tell',
  'erase-user': 'erase',
  'import-picture': 'import',
}

/** A job's handler that notes the cause of a run that failed, so that operators see why its row waits. */
export const noting =
  <Name extends Noted>(
    name: Name,
    run: (deps: WorkerDeps, payload: Jobs[Name]) => Promise<unknown>,
  ): typeof run =>
  async (deps, payload) => {
    try {
      return await run(deps, payload)
    } catch (error) {
      const failed = {
        step: stepOf[name],
        key: keyOf[name](payload),
        user_id: payload.userId,
        cause: causeOf(error),
      }
      await noteFailedRun(deps.db, failed).catch((fault: unknown) =>
        deps.logger.warn({ err: fault, ...failed }, 'could not note a failed run'),
      )
      throw error
    }
  }
