import { workerEntry } from '@likeness/runtime/service-entries'
import { readinessChecks } from './app.js'
import { AccountsConfig } from './config.js'
import { openWorkerDeps } from './deps.js'
import { workJobs } from './jobs.js'

export const worker = workerEntry('The accounts worker', AccountsConfig, {
  openDeps: openWorkerDeps,
  workJobs,
  checks: readinessChecks,
})
