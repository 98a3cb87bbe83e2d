import { acceptMergePatch, createServer, registerGuards, type Server, secretsOf } from '@likeness/runtime'
import { listMyActivityRoute, listUsersActivityRoute } from './activity/list-activity.js'
import { administerUserRoute } from './administration/administer-user.js'
import { closeUserRoute } from './administration/close-user.js'
import { listErasuresRoute } from './administration/list-erasures.js'
import { listUsersRoutes } from './administration/list-users.js'
import type { ApiDeps, Deps } from './deps.js'
import { changeEmailRoute } from './emails/change-email.js'
import { isLoopbackHost } from './emails/loopback.js'
import { inboxRoutes } from './emails/read-inbox.js'
import { stopEmailChangeRoute } from './emails/stop-email-change.js'
import { verifyEmailRoutes } from './emails/verify-email.js'
import { closeMyAccountRoute } from './erasure/close-my-account.js'
import { exportMeRoute } from './erasure/export-me.js'
import { getErasureRoute } from './erasure/get-erasure.js'
import { serveJwksRoute } from './keys/serve-jwks.js'
import { changePasswordRoute } from './passwords/change-password.js'
import { resetPasswordRoutes } from './passwords/reset-password.js'
import { problem } from './problems.js'
import { describeAvatarRoute } from './profiles/describe-avatar.js'
import { getMeRoute } from './profiles/get-me.js'
import { patchMeRoute } from './profiles/patch-me.js'
import { removeAvatarRoute } from './profiles/remove-avatar.js'
import { setAvatarRoute } from './profiles/set-avatar.js'
import { listEndedSessionsRoute } from './sessions/list-ended-sessions.js'
import { listSessionsRoute } from './sessions/list-sessions.js'
import { logInRoute } from './sessions/log-in.js'
import { logOutRoutes } from './sessions/log-out.js'
import { refreshRoute } from './sessions/refresh.js'
import { findByEmailHashRoute } from './users/find-by-email-hash.js'
import { findUserRoute } from './users/find-user.js'
import { getInitialsRoute } from './users/get-initials.js'
import { getUserRoute } from './users/get-user.js'
import { registerRoute } from './users/register.js'
import { registrationFormRoute } from './users/registration-form.js'

const jsonLimit = 64 * 1024

/** The accounts API: every route on this screen, grouped by who may call it. */
export async function openApp(deps: ApiDeps): Promise<Server> {
  const { config } = deps
  const server = await createServer({
    title: 'Likeness accounts',
    version: '1',
    logger: deps.logger,
    trustProxy: config.TRUST_PROXY,
    jsonLimit,
    corsOrigins: config.CORS_ORIGINS,
    checks: readinessChecks(deps),
  })
  const guards = await registerGuards(server, {
    service: 'accounts',
    issuer: config.JWT_ISSUER ?? config.PUBLIC_URL,
    audience: config.JWT_AUDIENCE,
    serviceSecrets: secretsOf(config.SERVICE_SECRET, config.SERVICE_SECRET_OTHER),
    findKey: deps.keys.find,
    isEnded: deps.ended.isEnded,
    problem,
  })

  // Anyone
  registrationFormRoute(server, deps)
  registerRoute(server, deps)
  logInRoute(server, deps, guards)
  refreshRoute(server, deps)
  verifyEmailRoutes(server, deps, guards)
  stopEmailChangeRoute(server, deps)
  resetPasswordRoutes(server, deps)
  getErasureRoute(server, deps)
  serveJwksRoute(server, deps)

  // Anyone on this machine, where there is no mail server
  const isLocal = config.INBOX === 'anyone' || isLoopbackHost(new URL(config.PUBLIC_URL).host)
  if (config.MAIL_URL === undefined && isLocal) {
    await server.register(async (inbox: Server) => inboxRoutes(inbox, deps))
  }

  // Signed in: on oneself
  await server.register(async (own: Server) => {
    own.addHook('onRequest', guards.signedIn)
    acceptMergePatch(own)
    getMeRoute(own, deps)
    patchMeRoute(own, deps)
    changePasswordRoute(own, deps)
    changeEmailRoute(own, deps)
    exportMeRoute(own, deps)
    closeMyAccountRoute(own, deps)
    listMyActivityRoute(own, deps)
    listSessionsRoute(own, deps)
    logOutRoutes(own, deps)
    // and what is public of others
    getUserRoute(own, deps)
  })

  // Managers and administrators
  await server.register(async (managers: Server) => {
    managers.addHook('onRequest', guards.manager)
    acceptMergePatch(managers)
    listUsersRoutes(managers, deps)
    listUsersActivityRoute(managers, deps)
    administerUserRoute(managers, deps)
    listErasuresRoute(managers, deps)
  })

  // Administrators
  await server.register(async (admins: Server) => {
    admins.addHook('onRequest', guards.admin)
    closeUserRoute(admins, deps)
  })

  // The media service
  await server.register(async (services: Server) => {
    services.addHook('onRequest', guards.service)
    setAvatarRoute(services, deps)
    removeAvatarRoute(services, deps)
    describeAvatarRoute(services, deps)
    listEndedSessionsRoute(services, deps)
    findUserRoute(services, deps)
    getInitialsRoute(services, deps)
    findByEmailHashRoute(services, deps)
  })
  return server
}

/** What `/readyz` of both processes asks. */
export const readinessChecks = (deps: Deps) => ({
  database: () => deps.db.selectFrom('users').select('id').limit(1).execute(),
  queue: () => deps.queue.check(),
})
