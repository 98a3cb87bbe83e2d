import type { accountsUpkeep } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import type { Request } from '@likeness/runtime/server'
import { listTasks } from '@likeness/runtime/upkeep-view'
import type { ApiDeps } from '../deps.js'
import { upkeepTasks } from './tasks.js'

/** `accountsUpkeep.list`. @param mayReadInbox whether the inbox answers whoever sends a request */
export const listUpkeepHandler =
  (deps: ApiDeps, mayReadInbox: (request: Request) => boolean): Handler<typeof accountsUpkeep.list> =>
  async (request) => ({ items: await listTasks(deps, upkeepTasks), inbox: mayReadInbox(request) })
