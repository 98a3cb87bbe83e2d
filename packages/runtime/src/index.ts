export * from './auth.js'
export * from './bus.js'
export * from './call-service.js'
export { clientAddress, clientDevice, networkOf } from './client-address.js'
export * from './config.js'
export * from './cookies.js'
export * from './cross-origin.js'
export * from './cursor.js'
export * from './database.js'
export * from './database-errors.js'
export * from './early-answers.js'
export * from './ended-sessions.js'
export * from './entry.js'
export * from './ids.js'
export * from './jobs.js'
export { hasBody, invalid } from './judge-requests.js'
export * from './jwks.js'
export * from './logger.js'
export * from './methods.js'
export * from './migrations.js'
export * from './open-parts.js'
export * from './outage-log.js'
export * from './page.js'
export * from './prepared.js'
export * from './problem.js'
export * from './process.js'
export {
  type JobHandler,
  type JobPolicy,
  type JobQueue,
  migrateQueue,
  NotYet,
  openQueue,
  type Payload,
  PermanentFailure,
} from './queue.js'
export * from './request-id.js'
export * from './schema-dump.js'
export * from './secrets.js'
export * from './send-problem.js'
export * from './serve.js'
export * from './server.js'
export * from './service-token.js'
export * from './signer.js'
export * from './sound-host.js'
export * from './unreadable.js'
