import type { UpkeepName } from '../config.js'
import { upkeepTasks } from '../upkeep/tasks.js'

/** UPKEEP_SCHEDULE by which one task runs by itself, each second unless said otherwise, and no other does. */
export const onlyTask = (task: UpkeepName, when = '* * * * * *'): string =>
  Object.keys(upkeepTasks)
    .map((name) => `${name}=${name === task ? when : 'off'}`)
    .join('; ')
