import { runWorker } from '@likeness/runtime/service-entries'
import { readinessChecks } from './app.js'
import { AccountsConfig } from './config.js'
import { openWorkerDeps } from './deps.js'
import { workJobs } from './jobs.js'

await runWorker('The accounts worker', AccountsConfig, {
  openDeps: openWorkerDeps,
  workJobs,
  checks: readinessChecks,
})
