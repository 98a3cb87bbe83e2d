import { type JobTable, upkeepJobs, workTable } from '@likeness/runtime/jobs'
import { publishAvatar } from './avatars/publish-avatar.job.js'
import { tellDescription } from './avatars/tell-description.job.js'
import { tellWithdrawal } from './avatars/tell-withdrawal.job.js'
import type { WorkerDeps } from './deps.js'
import { eraseUser } from './erasure/erase-user.job.js'
import { causeOf } from './failures/cause-of.js'
import { noting } from './failures/noting.js'
import { takeDown } from './moderation/take-down.job.js'
import { tellOwner } from './moderation/tell-owner.job.js'
import { importPicture } from './people/import-picture.job.js'
import type { Jobs } from './queue.js'
import { upkeepTasks } from './upkeep/tasks.js'
import { prepareUpload } from './uploads/prepare-upload.job.js'
import { deliverWebhooks } from './webhooks/deliver-webhooks.job.js'

// Jobs that wait for accounts succeed within seconds of its return.
const tell = { attempts: 60, backoffMs: 500, longestBackoffMs: 5_000 } as const

/** Every job: its handler, how often it is tried, and its schedule. */
const jobsOf = ({ UPKEEP_SCHEDULE }: WorkerDeps['config']): JobTable<WorkerDeps, Jobs> => ({
  'prepare-upload': { run: noting('prepare-upload', prepareUpload), attempts: 5, backoffMs: 500 },
  'prepare-heic': { run: noting('prepare-heic', prepareUpload), attempts: 5, backoffMs: 500 },
  'publish-avatar': { run: noting('publish-avatar', publishAvatar), ...tell },
  'publish-heic': { run: noting('publish-heic', publishAvatar), ...tell },
  'erase-user': { run: noting('erase-user', eraseUser), attempts: 8, backoffMs: 1_000 },
  'tell-withdrawal': { run: noting('tell-withdrawal', tellWithdrawal), ...tell },
  'tell-description': { run: noting('tell-description', tellDescription), ...tell },
  'take-down': { run: takeDown, attempts: 8, backoffMs: 500 },
  'tell-owner': { run: noting('tell-owner', tellOwner), ...tell },
  // What it leaves waits in its rows, whose time the task `tell-webhooks` watches.
  'deliver-webhooks': { run: deliverWebhooks, attempts: 1, backoffMs: 1_000 },
  // Tried again when its row says, which `requeue-stuck` watches.
  'import-picture': { run: noting('import-picture', importPicture), attempts: 1, backoffMs: 1_000 },
  ...upkeepJobs(upkeepTasks, UPKEEP_SCHEDULE),
})

/** Starts working every job until the queue closes. */
export const workJobs = (deps: WorkerDeps): Promise<void> =>
  workTable(
    deps,
    jobsOf(deps.config),
    {
      // As many as there are decoders of each. Those that wait for a decoder go in the order of their urgency.
      previews: deps.config.DECODERS,
      pictures: deps.config.DECODERS,
      'slow-pictures': 1,
      // They wait for accounts and for the storage.
      light: 8,
      // One for each endpoint, which mostly waits for it: one that hangs holds up no other.
      webhooks: 50,
      // Each holds a picture in memory, and waits for the server of another.
      imports: 4,
    },
    causeOf,
  )
