import { workerEntry } from '@likeness/runtime/service-entries'
import { readinessChecks } from './app.js'
import { MediaConfig } from './config.js'
import { openWorkerDeps } from './deps.js'
import { workJobs } from './jobs.js'

export const worker = workerEntry('The media worker', MediaConfig, {
  openDeps: openWorkerDeps,
  workJobs,
  checks: readinessChecks,
})
