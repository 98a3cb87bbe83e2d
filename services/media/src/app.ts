import { version } from '@likeness/contracts'
import {
  avatars,
  endpoints,
  failures,
  history,
  moderation,
  people,
  queues,
  serviceKeys,
  stats,
  toAccounts,
  toMedia,
  upkeep,
  uploads,
  webhooks,
} from '@likeness/contracts/endpoints'
import { openApiOf } from '@likeness/contracts/openapi'
import { registerGuards } from '@likeness/runtime/auth'
import { ServiceAwayError } from '@likeness/runtime/call-service'
import type { Caller } from '@likeness/runtime/caller'
import { openEndedSessions } from '@likeness/runtime/ended-sessions'
import { openJwks } from '@likeness/runtime/jwks'
import { queueHandlers } from '@likeness/runtime/queue-handlers'
import { secretsOf } from '@likeness/runtime/secrets'
import { openServe } from '@likeness/runtime/serve'
import { createServer, type Server } from '@likeness/runtime/server'
import { openRefusalNotes } from '@likeness/runtime/trail/operators'
import { upkeepHandlers } from '@likeness/runtime/upkeep-handlers'
import { StorageAwayError } from '@likeness/storage'
import { openAvatarCache } from './avatars/avatar-cache.js'
import { describeAvatarHandler } from './avatars/describe-avatar.js'
import { openHotAnswers } from './avatars/hot-answers.js'
import { serveAvatarHandler } from './avatars/serve-avatar.js'
import { serveBySubjectHandler } from './avatars/serve-by-subject.js'
import { serveHashedHandler } from './avatars/serve-hashed.js'
import { serveVariantHandler } from './avatars/serve-variant.js'
import { withdrawAvatarHandler } from './avatars/withdraw-avatar.js'
import { deliveryOf } from './delivery.js'
import type { Deps } from './deps.js'
import { eraseUserHandler } from './erasure/erase-user.js'
import { exportFileHandler, exportUserHandler } from './erasure/export-user.js'
import { listFailureItemsHandler, listFailuresHandler } from './failures/list-failures.js'
import { retryFailuresHandler } from './failures/retry-failures.js'
import { issueTicketHandler, openEventTickets } from './following/event-tickets.js'
import { streamEventsHandler } from './following/stream-events.js'
import { openUploadNews } from './following/upload-news.js'
import { openUntilSettled } from './following/wait-for-upload.js'
import { openHistoryExports } from './history/export-history.js'
import { listAuditHandler } from './history/list-audit.js'
import { listHistoryHandler } from './history/list-history.js'
import { listTrailHandler } from './history/list-trail.js'
import { subjectOf } from './history/subject-of.js'
import { openKeys } from './keys/find-key.js'
import { createKeyHandler, listKeysHandler, revokeKeyHandler } from './keys/service-keys.js'
import { listBlockedImagesHandler, unblockImageHandler } from './moderation/blocked-images.js'
import { refusePendingHandler } from './moderation/refuse-pending.js'
import { takeDownHandler } from './moderation/take-down.js'
import { listTakedownsHandler, readTakedownHandler } from './moderation/view-takedowns.js'
import { endSessionsHandler } from './people/end-sessions.js'
import { erasePersonHandler } from './people/erase-person.js'
import { exportPersonHandler } from './people/export-person.js'
import { openForeignCallers } from './people/foreign-callers.js'
import { makePersonKnownHandler } from './people/make-known.js'
import { readPersonHandler } from './people/read-person.js'
import { problem } from './problems.js'
import { InFlight } from './receiving/in-flight.js'
import { readStatsHandler } from './stats/read-stats.js'
import { upkeepTasks } from './upkeep/tasks.js'
import { confirmUploadHandler } from './uploads/confirm-upload.js'
import { createUploadHandler } from './uploads/create-upload.js'
import { completeDirectUploadHandler } from './uploads/direct-complete.js'
import { createDirectUploadHandler } from './uploads/direct-create.js'
import { importUploadHandler } from './uploads/import-upload.js'
import { liftHoldHandler } from './uploads/lift-hold.js'
import { listUploadsHandler, readUploadHandler } from './uploads/read-uploads.js'
import { removeUploadHandler } from './uploads/remove-upload.js'
import { restoreUploadHandler } from './uploads/restore-upload.js'
import { servePreviewHandler } from './uploads/serve-preview.js'
import { openUploadRates } from './uploads/upload-rates.js'
import {
  addWebhookHandler,
  changeWebhookHandler,
  removeWebhookHandler,
  rotateSecretHandler,
} from './webhooks/manage-webhooks.js'
import { replayDeliveriesHandler } from './webhooks/replay-deliveries.js'
import { listDeliveriesHandler, listWebhooksHandler, readWebhookHandler } from './webhooks/view-webhooks.js'

const jsonLimit = 64 * 1024
// Accounts issues no access token that lives longer.
const longestTokenSeconds = 3_600
// Pictures have security headers of their own.
const ownHeaders = { ownHeaders: true } as const

/** The media API: every endpoint on this screen, grouped by who may call it. */
export async function openApp(deps: Deps): Promise<Server> {
  const { config } = deps
  const secrets = secretsOf(config.SERVICE_SECRET, config.SERVICE_SECRET_OTHER)
  const hot = openHotAnswers(config.DELIVERY === 'direct' ? config.PICTURE_CACHE_BYTES / 8 : 0)
  const server = await createServer({
    openApi: () => openApiOf(endpoints.media, { title: 'Likeness media', version }),
    logger: deps.logger,
    trustProxy: config.TRUST_PROXY,
    jsonLimit,
    corsOrigins: config.CORS_ORIGINS,
    checks: readinessChecks(deps),
    isAway: (error) => error instanceof StorageAwayError || error instanceof ServiceAwayError,
    answerFirst: hot.find,
    noteRefusal: openRefusalNotes(deps.db, (request) => subjectOf(deps, request)),
  })
  const listEndedSessions = async (since: string | undefined) =>
    (await deps.accounts(toAccounts.listEndedSessions, { query: { since } })).body
  const endedSessions = await openEndedSessions(listEndedSessions, {
    tokenSeconds: longestTokenSeconds,
    logger: deps.logger,
  })
  server.addHook('onClose', () => endedSessions.close())
  const foreign = await openForeignCallers(deps)
  server.addHook('onClose', () => foreign?.close())
  const isEnded = (caller: Caller) => endedSessions.isEnded(caller) || foreign?.isEnded(caller) === true
  const guards = await registerGuards(server, {
    service: 'media',
    serviceSecrets: secrets,
    isEnded,
    ...(config.ACCOUNTS_URL !== undefined && {
      own: {
        issuer: config.JWT_ISSUER ?? config.PUBLIC_URL,
        audience: config.JWT_AUDIENCE,
        findKey: openJwks(`${config.ACCOUNTS_URL}/.well-known/jwks.json`),
      },
    }),
    ...(foreign && { foreign: foreign.find }),
    keys: openKeys(deps),
  })
  const news = await openUploadNews(deps.bus)
  // Before the server waits for its open connections.
  server.addHook('preClose', () => news.close())
  const untilSettled = openUntilSettled(deps, news)
  const cache = await openAvatarCache(deps, hot)
  const inFlight = new InFlight({
    bytes: config.UPLOAD_BYTES_IN_FLIGHT,
    perPerson: config.RECEIVING_PER_USER,
  })
  // An upload whose client left is still finished, while the database is open.
  server.addHook('preClose', () => inFlight.close())
  const rates = openUploadRates(deps)
  const exports = openHistoryExports(deps, isEnded)
  server.addHook('preClose', () => exports.close())

  const serve = openServe(server, guards)

  // Anyone
  const serving = { ...deps, cache, delivery: deliveryOf(config) }
  const servePictures = async (pictures: Server) => {
    hot.keepFrom(pictures)
    const serve = openServe(pictures, guards)
    serve.anyone(avatars.serve, serveAvatarHandler(serving), ownHeaders)
    serve.anyone(avatars.serveBySubject, serveBySubjectHandler(serving), ownHeaders)
    serve.optional(avatars.serveVariant, serveVariantHandler({ ...serving, guards }), ownHeaders)
    serve.anyone(avatars.serveHashed, serveHashedHandler(serving), ownHeaders)
  }
  // A log line for each picture would drown the others, and hot answers write none.
  await server.register(servePictures, { logLevel: 'warn' })

  // Signed in, or with a link, ticket or cookie given to someone who was
  const tickets = openEventTickets(secrets)
  serve.optional(uploads.preview, servePreviewHandler(deps, guards))
  serve.optional(uploads.follow, streamEventsHandler(deps, { news, guards, tickets, isEnded }))

  // Signed in: on one's own uploads, a manager on anyone's
  serve.user(uploads.list, listUploadsHandler(deps))
  serve.user(uploads.read, readUploadHandler(deps))
  serve.user(uploads.issueTicket, issueTicketHandler(deps, tickets))
  serve.user(uploads.import, importUploadHandler(deps, { inFlight, rates }))
  serve.user(uploads.createDirect, createDirectUploadHandler(deps))
  serve.user(uploads.completeDirect, completeDirectUploadHandler(deps, inFlight))
  serve.user(uploads.confirm, confirmUploadHandler(deps, untilSettled))
  serve.user(uploads.restore, restoreUploadHandler(deps, { untilSettled, inFlight, rates }))
  serve.user(uploads.remove, removeUploadHandler(deps))
  serve.user(avatars.withdraw, withdrawAvatarHandler(deps))
  serve.user(avatars.describe, describeAvatarHandler(deps))
  await server.register(async (pictures: Server) => {
    acceptPictures(pictures)
    openServe(pictures, guards).user(uploads.create, createUploadHandler(deps, { inFlight, rates }))
  })

  // Managers and admins
  serve.manager(history.list, listHistoryHandler(deps, exports))
  serve.manager(history.trail, listTrailHandler(deps))
  serve.manager(history.listAudit, listAuditHandler(deps))
  serve.manager(uploads.liftHold, liftHoldHandler(deps))
  serve.manager(stats.read, readStatsHandler(deps))
  serve.manager(failures.list, listFailuresHandler(deps))
  serve.manager(failures.items, listFailureItemsHandler(deps))
  serve.manager(failures.retry, retryFailuresHandler(deps))
  serve.manager(moderation.refuse, refusePendingHandler(deps))
  serve.manager(moderation.takeDown, takeDownHandler(deps))
  serve.manager(moderation.listTakedowns, listTakedownsHandler(deps))
  serve.manager(moderation.readTakedown, readTakedownHandler(deps))
  serve.manager(moderation.listBlockedImages, listBlockedImagesHandler(deps))
  serve.manager(moderation.unblockImage, unblockImageHandler(deps))
  const cleaning = upkeepHandlers(deps, { path: upkeep.list.path, tasks: upkeepTasks, problem })
  serve.manager(upkeep.list, cleaning.list)
  serve.manager(upkeep.read, cleaning.read)

  // Admins
  serve.admin(people.read, readPersonHandler(deps))
  serve.admin(people.makeKnown, makePersonKnownHandler(deps))
  serve.admin(people.endSessions, endSessionsHandler(deps))
  serve.admin(people.export, exportPersonHandler(deps))
  serve.admin(people.erase, erasePersonHandler(deps))
  serve.admin(serviceKeys.list, listKeysHandler(deps))
  serve.admin(serviceKeys.create, createKeyHandler(deps))
  serve.admin(serviceKeys.revoke, revokeKeyHandler(deps))
  serve.admin(webhooks.list, listWebhooksHandler(deps))
  serve.admin(webhooks.add, addWebhookHandler(deps))
  serve.admin(webhooks.read, readWebhookHandler(deps))
  serve.admin(webhooks.change, changeWebhookHandler(deps))
  serve.admin(webhooks.remove, removeWebhookHandler(deps))
  serve.admin(webhooks.rotateSecret, rotateSecretHandler(deps))
  serve.admin(webhooks.deliveries, listDeliveriesHandler(deps))
  serve.admin(webhooks.replay, replayDeliveriesHandler(deps))
  serve.admin(upkeep.run, cleaning.run)
  const waiting = queueHandlers(deps, problem)
  serve.admin(queues.list, waiting.list)
  serve.admin(queues.read, waiting.read)

  // The accounts service
  serve.service(toMedia.eraseUser, eraseUserHandler(deps))
  serve.service(toMedia.exportUser, exportUserHandler(deps))
  serve.service(toMedia.readFile, exportFileHandler(deps))
  return server
}

/** The checks of `/readyz`, in both processes. */
export const readinessChecks = (deps: Deps) => ({
  database: () => deps.db.selectFrom('uploads').select('id').limit(1).execute(),
  queue: () => deps.queue.check(),
  storage: () => deps.storage.check(),
})

/** Bodies reach the upload route as streams. */
function acceptPictures(server: Server): void {
  server.removeAllContentTypeParsers()
  for (const type of ['multipart/form-data', /^image\//, 'application/octet-stream']) {
    server.addContentTypeParser(type, (_request, body, done) => done(null, body))
  }
  server.addContentTypeParser('*', (_request, _body, done) => done(problem('no-image')))
}
