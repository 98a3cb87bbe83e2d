import { type JobTable, upkeepJobs, workTable } from '@likeness/runtime/jobs'
import { causeOf } from './cause-of.js'
import type { WorkerDeps } from './deps.js'
import { sendMail } from './emails/send-mail.job.js'
import { eraseUser } from './erasure/erase-user.job.js'
import type { Jobs } from './queue.js'
import { upkeepTasks } from './upkeep/tasks.js'

/** Every job: its handler, how often it is tried, and its schedule. */
const jobsOf = ({ UPKEEP_SCHEDULE }: WorkerDeps['config']): JobTable<WorkerDeps, Jobs> => ({
  'send-mail': { run: sendMail, attempts: 10, backoffMs: 1_000 },
  'erase-user': { run: eraseUser, attempts: 30, backoffMs: 500 },
  ...upkeepJobs(upkeepTasks, UPKEEP_SCHEDULE),
})

/** Starts working every job until the queue closes. */
export const workJobs = (deps: WorkerDeps): Promise<void> =>
  workTable(deps, jobsOf(deps.config), { mail: 5, light: 2 }, causeOf)
