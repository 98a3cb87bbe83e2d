import type { Command } from 'commander'
import { addAudit } from './commands/audit.js'
import { addBackup } from './commands/backup.js'
import { addConfig } from './commands/config.js'
import { addCreateAdmin } from './commands/create-admin.js'
import { addDoctor } from './commands/doctor.js'
import { addErase } from './commands/erase.js'
import { addFailures } from './commands/failures.js'
import { addHistory } from './commands/history.js'
import { addKeys } from './commands/keys.js'
import { addMigrate } from './commands/migrate.js'
import { addMoveStorage } from './commands/move-storage.js'
import { addRerender } from './commands/rerender.js'
import { addRestore } from './commands/restore.js'
import { addRotateKeys } from './commands/rotate-keys.js'
import { addStats } from './commands/stats.js'
import { addTakedown } from './commands/takedown.js'
import { addTasks } from './commands/tasks.js'
import { addUpkeep } from './commands/upkeep.js'
import { addUsers } from './commands/users.js'
import { addWebhooks } from './commands/webhooks.js'

/** Every command, in the order of `--help`. What a command needs is loaded when it runs. */
export const commands: readonly ((program: Command) => void)[] = [
  addTasks,
  addUpkeep,
  addRerender,
  addMoveStorage,
  addHistory,
  addStats,
  addFailures,
  addUsers,
  addTakedown,
  addErase,
  addAudit,
  addKeys,
  addWebhooks,
  addCreateAdmin,
  addRotateKeys,
  addMigrate,
  addBackup,
  addRestore,
  addConfig,
  addDoctor,
]
