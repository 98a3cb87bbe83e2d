import {
  acceptMergePatch,
  createServer,
  openEndedSessions,
  openJwks,
  registerGuards,
  type Server,
  secretsOf,
} from '@likeness/runtime'
import { StorageAwayError } from '@likeness/storage'
import { AccountsAwayError } from './accounts-client.js'
import { openAvatarCache } from './avatars/avatar-cache.js'
import { deliveryOf } from './avatars/delivery.js'
import { describeAvatarRoute } from './avatars/describe-avatar.js'
import { openHotAnswers } from './avatars/hot-answers.js'
import { serveAvatarRoute } from './avatars/serve-avatar.js'
import { serveHashedRoute } from './avatars/serve-hashed.js'
import { serveVariantRoute } from './avatars/serve-variant.js'
import { withdrawAvatarRoute } from './avatars/withdraw-avatar.js'
import type { Deps } from './deps.js'
import { eraseUserRoute } from './erasure/erase-user.js'
import { exportFileRoute, exportUserRoute } from './erasure/export-user.js'
import { listHistoryRoute } from './history/list-history.js'
import { listTrailRoute } from './history/list-trail.js'
import { problem } from './problems.js'
import { InFlight } from './receiving/in-flight.js'
import { confirmUploadRoute } from './uploads/confirm-upload.js'
import { createUploadRoute } from './uploads/create-upload.js'
import { completeDirectUploadRoute } from './uploads/direct-complete.js'
import { createDirectUploadRoute } from './uploads/direct-create.js'
import { issueTicketRoute, openEventTickets } from './uploads/event-tickets.js'
import { liftHoldRoute } from './uploads/lift-hold.js'
import { listUploadsRoute, readUploadRoute } from './uploads/read-uploads.js'
import { removeUploadRoute } from './uploads/remove-upload.js'
import { restoreUploadRoute } from './uploads/restore-upload.js'
import { servePreviewRoute } from './uploads/serve-preview.js'
import { streamEventsRoute } from './uploads/stream-events.js'
import { openUploadNews } from './uploads/upload-news.js'
import { openUploadRates } from './uploads/upload-rates.js'

const jsonLimit = 64 * 1024
// Accounts lets no access token live longer than this.
const longestTokenSeconds = 3_600

/** The media API: every route on this screen, grouped by who may call it. */
export async function openApp(deps: Deps): Promise<Server> {
  const { config } = deps
  const secrets = secretsOf(config.SERVICE_SECRET, config.SERVICE_SECRET_OTHER)
  const hot = openHotAnswers(config.DELIVERY === 'direct' ? config.PICTURE_CACHE_BYTES / 8 : 0)
  const server = await createServer({
    title: 'Likeness media',
    version: '1',
    logger: deps.logger,
    trustProxy: config.TRUST_PROXY,
    jsonLimit,
    corsOrigins: config.CORS_ORIGINS,
    checks: readinessChecks(deps),
    isAway: (error) => error instanceof StorageAwayError || error instanceof AccountsAwayError,
    answerFirst: hot.answer,
  })
  const endedSessions = await openEndedSessions((since) => deps.accounts.endedSessions(since), {
    tokenSeconds: longestTokenSeconds,
    logger: deps.logger,
  })
  server.addHook('onClose', () => endedSessions.close())
  const guards = await registerGuards(server, {
    service: 'media',
    issuer: config.JWT_ISSUER ?? config.PUBLIC_URL,
    audience: config.JWT_AUDIENCE,
    serviceSecrets: secrets,
    isEnded: endedSessions.isEnded,
    findKey: openJwks(`${config.ACCOUNTS_URL}/.well-known/jwks.json`),
    problem,
  })
  const news = await openUploadNews(deps.bus)
  // Before the server waits for its open connections.
  server.addHook('preClose', () => news.close())
  const cache = await openAvatarCache(deps, hot)
  const inFlight = new InFlight({
    bytes: config.UPLOAD_BYTES_IN_FLIGHT,
    perPerson: config.RECEIVING_PER_USER,
  })
  // An upload whose client left is still finished, with the database it began with.
  server.addHook('preClose', () => inFlight.close())
  const rates = openUploadRates(deps)

  // Anyone
  const serving = { ...deps, cache, delivery: deliveryOf(config) }
  const servePictures = async (pictures: Server) => {
    hot.keepFrom(pictures)
    serveAvatarRoute(pictures, serving)
    serveVariantRoute(pictures, { ...serving, guards })
    serveHashedRoute(pictures, serving)
  }
  // A line for each would drown the others, and the hot ones have none.
  await server.register(servePictures, { logLevel: 'warn' })

  // Signed in, or with what was given to who was: a link, a ticket, a cookie
  const tickets = openEventTickets(secrets)
  servePreviewRoute(server, deps, guards)
  streamEventsRoute(server, deps, { news, guards, tickets, isEnded: endedSessions.isEnded })

  // Signed in: on one's own uploads, a manager on anyone's
  await server.register(async (own: Server) => {
    own.addHook('onRequest', guards.signedIn)
    listUploadsRoute(own, deps)
    readUploadRoute(own, deps)
    issueTicketRoute(own, deps, tickets)
    createDirectUploadRoute(own, deps)
    completeDirectUploadRoute(own, deps, inFlight)
    confirmUploadRoute(own, deps, news)
    restoreUploadRoute(own, deps, { news, inFlight, rates })
    removeUploadRoute(own, deps)
    withdrawAvatarRoute(own, deps)
    acceptMergePatch(own)
    describeAvatarRoute(own, deps)
    await own.register(async (pictures: Server) => {
      acceptPictures(pictures)
      createUploadRoute(pictures, deps, { inFlight, rates })
    })
  })

  // Managers and admins
  await server.register(async (managed: Server) => {
    managed.addHook('onRequest', guards.manager)
    listHistoryRoute(managed, deps)
    listTrailRoute(managed, deps)
    liftHoldRoute(managed, deps)
  })

  // The accounts service
  await server.register(async (services: Server) => {
    services.addHook('onRequest', guards.service)
    eraseUserRoute(services, deps)
    exportUserRoute(services, deps)
    exportFileRoute(services, deps)
  })
  return server
}

/** What `/readyz` of both processes asks. */
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
