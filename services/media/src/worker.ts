import { runWorker } from '@likeness/runtime/service-entries'
import { readinessChecks } from './app.js'
import { MediaConfig } from './config.js'
import { openWorkerDeps } from './deps.js'
import { workJobs } from './jobs.js'

await runWorker('The media worker', MediaConfig, {
  openDeps: openWorkerDeps,
  workJobs,
  checks: readinessChecks,
})
