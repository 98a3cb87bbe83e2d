/** What operators do from outside the service's own processes. */
export { rerender } from './avatars/rerender.js'
export { migrations } from './database/database.js'
export { trailTables } from './database/upload-events.trail.js'
export { type Deps, openDeps, openWorkerDeps, type WorkerDeps } from './deps.js'
export { moveStorage } from './upkeep/move-storage.js'
