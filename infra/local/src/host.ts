// Every part of Likeness in one process, for `npm start`. Production runs each as a process of its own, from the same
// entries.
import { once } from 'node:events'
import { api as accounts } from '@likeness/accounts/http-entry'
import { worker as accountsWorker } from '@likeness/accounts/worker-entry'
import { api as media } from '@likeness/media/http-entry'
import { worker as mediaWorker } from '@likeness/media/worker-entry'
import type { Entry } from '@likeness/runtime/entry'
import { openLogger } from '@likeness/runtime/logger'
import { type Running, runProcess, StartError, startupFault } from '@likeness/runtime/process'
import { gateway } from './gateway/entry.js'
import { describeCrash } from './host/describe-crash.js'
import { makeDatabases, makeFirstAdmin, migrate } from './host/make-databases.js'
import type { Crash, Order, Step } from './start/messages.js'
import type { PartName } from './start/parts.js'

const entries: Readonly<Record<PartName, Entry>> = {
  accounts,
  'accounts worker': accountsWorker,
  media,
  'media worker': mediaWorker,
  gateway,
}

const tellCrash = (error: unknown) => tell({ crashed: describeCrash(error) })
process.on('uncaughtExceptionMonitor', tellCrash)

await runProcess(async () => {
  // The databases start while this process loads.
  tell({ done: 'loaded' })
  const [order] = (await once(process, 'message')) as [Order]
  tell({ done: 'begun' })
  if (order.server !== undefined) await makeDatabases(order.server)
  await migrate(order)
  tell({ done: 'migrated' })
  const [admin, ...parts] = await Promise.all([
    makeFirstAdmin(order),
    ...Object.entries(order.parts).map(([name, env]) => openPart(name as PartName, env)),
  ])
  tell({ done: 'all', ...admin })
  // Until here a rejection that nothing handles is an exception; from here on `runProcess` ends the process for it.
  process.on('unhandledRejection', tellCrash)
  const last = parts.pop()
  return {
    logger: openLogger('services', order.parts.gateway.LOG_LEVEL ?? 'info'),
    async close() {
      // The gateway first, so that no new requests come in.
      await last?.close()
      await Promise.all(parts.map((part) => part.close()))
    },
  }
})

async function openPart(name: PartName, env: NodeJS.ProcessEnv): Promise<Running> {
  try {
    const part = await entries[name].open(env, { logger: openLogger(name, env.LOG_LEVEL ?? 'info') })
    tell({ done: name })
    return part
  } catch (error) {
    throw new StartError(`${name} did not start: ${startupFault(error)}`, { cause: error })
  }
}

function tell(step: Step | Crash): void {
  if (process.connected) process.send?.(step, () => undefined)
}
