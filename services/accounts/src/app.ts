import { IdParams, version } from '@likeness/contracts'
import {
  accountsQueues,
  accountsUpkeep,
  administration,
  emails,
  endpoints,
  inbox,
  me,
  sessions,
  toAccounts,
  users,
} from '@likeness/contracts/endpoints'
import { openApiOf } from '@likeness/contracts/openapi'
import { registerGuards } from '@likeness/runtime/auth'
import { queueHandlers } from '@likeness/runtime/queue-handlers'
import { secretsOf } from '@likeness/runtime/secrets'
import { openServe } from '@likeness/runtime/serve'
import { createServer, type Server } from '@likeness/runtime/server'
import { openRefusalNotes } from '@likeness/runtime/trail/operators'
import { upkeepHandlers } from '@likeness/runtime/upkeep-handlers'
import { listActivityHandler, listMyActivityHandler } from './activity/list-activity.js'
import { tellOwnerHandler } from './activity/tell-owner.js'
import { administerUserHandler } from './administration/administer-user.js'
import { closeUserHandler } from './administration/close-user.js'
import { listAuditHandler } from './administration/list-audit.js'
import { listErasuresHandler } from './administration/list-erasures.js'
import { listUsersHandler, readUserAsManagerHandler } from './administration/list-users.js'
import type { ApiDeps, Deps } from './deps.js'
import { changeEmailHandler } from './emails/change-email.js'
import { dropEmailChangeHandler } from './emails/drop-email-change.js'
import {
  listInboxHandler,
  openInboxGate,
  showInboxHandler,
  showInboxMessageHandler,
} from './emails/read-inbox.js'
import { stopEmailChangeHandler } from './emails/stop-email-change.js'
import { resendVerificationHandler, verifyEmailHandler } from './emails/verify-email.js'
import { closeMyAccountHandler } from './erasure/close-my-account.js'
import { exportMeHandler } from './erasure/export-me.js'
import { readErasureHandler } from './erasure/read-erasure.js'
import { changePasswordHandler } from './passwords/change-password.js'
import { requestResetHandler, resetPasswordHandler } from './passwords/reset-password.js'
import { problem } from './problems.js'
import { describeAvatarHandler } from './profiles/describe-avatar.js'
import { patchMeHandler } from './profiles/patch-me.js'
import { readMeHandler } from './profiles/read-me.js'
import { removeAvatarHandler } from './profiles/remove-avatar.js'
import { setAvatarHandler } from './profiles/set-avatar.js'
import { listEndedSessionsHandler } from './sessions/list-ended-sessions.js'
import { listSessionsHandler } from './sessions/list-sessions.js'
import { logInHandler } from './sessions/log-in.js'
import { logOutDeviceHandler, logOutEverywhereHandler, logOutHandler } from './sessions/log-out.js'
import { readKeysHandler } from './sessions/read-keys.js'
import { refreshHandler } from './sessions/refresh.js'
import { listUpkeepHandler } from './upkeep/list-upkeep.js'
import { upkeepTasks } from './upkeep/tasks.js'
import { findByEmailHashHandler } from './users/find-by-email-hash.js'
import { findByUsernameHandler } from './users/find-by-username.js'
import { findUserHandler } from './users/find-user.js'
import { readInitialsHandler } from './users/read-initials.js'
import { readUserHandler } from './users/read-user.js'
import { registerHandler } from './users/register.js'
import { registrationFormHandler } from './users/registration-form.js'

const jsonLimit = 64 * 1024

/** The accounts API: every endpoint on this screen, grouped by who may call it. */
export async function openApp(deps: ApiDeps): Promise<Server> {
  const { config } = deps
  const server = await createServer({
    openApi: () => openApiOf(endpoints.accounts, { title: 'Likeness accounts', version }),
    logger: deps.logger,
    trustProxy: config.TRUST_PROXY,
    jsonLimit,
    corsOrigins: config.CORS_ORIGINS,
    checks: readinessChecks(deps),
    noteRefusal: openRefusalNotes(deps.db, async ({ params }) => ({ userId: idIn(params) })),
  })
  const guards = await registerGuards(server, {
    service: 'accounts',
    serviceSecrets: secretsOf(config.SERVICE_SECRET, config.SERVICE_SECRET_OTHER),
    own: {
      issuer: config.JWT_ISSUER ?? config.PUBLIC_URL,
      audience: config.JWT_AUDIENCE,
      findKey: deps.keys.find,
    },
    isEnded: deps.ended.isEnded,
  })

  const serve = openServe(server, guards)

  // Anyone
  serve.anyone(users.registrationForm, registrationFormHandler(deps))
  serve.anyone(users.register, registerHandler(deps), { judgesItself: true })
  serve.anyone(sessions.logIn, logInHandler(deps, guards))
  serve.anyone(sessions.refresh, refreshHandler(deps))
  serve.optional(emails.resendVerification, resendVerificationHandler(deps, guards))
  serve.anyone(emails.verify, verifyEmailHandler(deps))
  serve.anyone(emails.stopChange, stopEmailChangeHandler(deps))
  serve.anyone(emails.requestReset, requestResetHandler(deps))
  serve.anyone(emails.resetPassword, resetPasswordHandler(deps))
  serve.anyone(me.readErasure, readErasureHandler(deps))
  serve.anyone(sessions.keys, readKeysHandler(deps))

  // Anyone on this machine, when there is no mail server
  const mayReadInbox = openInboxGate(config)
  await server.register(async (guarded: Server) => {
    guarded.addHook('onRequest', async (request) => {
      if (!mayReadInbox(request)) throw problem('not-found')
    })
    const serve = openServe(guarded, guards)
    serve.anyone(inbox.show, showInboxHandler(deps))
    serve.anyone(inbox.list, listInboxHandler(deps))
    serve.anyone(inbox.showMessage, showInboxMessageHandler(deps))
  })

  // Anyone signed in, about themselves
  serve.user(me.read, readMeHandler(deps))
  serve.user(me.patch, patchMeHandler(deps), { judgesItself: true })
  serve.user(me.changePassword, changePasswordHandler(deps))
  serve.user(me.changeEmail, changeEmailHandler(deps))
  serve.user(me.dropEmailChange, dropEmailChangeHandler(deps))
  serve.user(me.export, exportMeHandler(deps))
  serve.user(me.close, closeMyAccountHandler(deps))
  serve.user(me.listActivity, listMyActivityHandler(deps))
  serve.user(sessions.list, listSessionsHandler(deps))
  serve.user(sessions.logOut, logOutHandler(deps))
  serve.user(sessions.logOutDevice, logOutDeviceHandler(deps))
  serve.user(sessions.logOutEverywhere, logOutEverywhereHandler(deps))
  // and about others, what is public
  serve.user(users.read, readUserHandler(deps))

  // Managers and administrators
  serve.manager(administration.listUsers, listUsersHandler(deps))
  serve.manager(administration.readUser, readUserAsManagerHandler(deps))
  serve.manager(administration.listActivity, listActivityHandler(deps))
  serve.manager(administration.patchUser, administerUserHandler(deps))
  serve.manager(administration.listErasures, listErasuresHandler(deps))
  serve.manager(administration.listAudit, listAuditHandler(deps))
  const cleaning = upkeepHandlers(deps, { path: accountsUpkeep.list.path, tasks: upkeepTasks, problem })
  serve.manager(accountsUpkeep.list, listUpkeepHandler(deps, mayReadInbox))
  serve.manager(accountsUpkeep.read, cleaning.read)

  // Administrators
  serve.admin(administration.closeUser, closeUserHandler(deps))
  serve.admin(accountsUpkeep.run, cleaning.run)
  const waiting = queueHandlers(deps, problem)
  serve.admin(accountsQueues.list, waiting.list)
  serve.admin(accountsQueues.read, waiting.read)

  // The media service
  serve.service(toAccounts.setAvatar, setAvatarHandler(deps))
  serve.service(toAccounts.removeAvatar, removeAvatarHandler(deps))
  serve.service(toAccounts.describeAvatar, describeAvatarHandler(deps))
  serve.service(toAccounts.tellOwner, tellOwnerHandler(deps))
  serve.service(toAccounts.listEndedSessions, listEndedSessionsHandler(deps), { logLevel: 'warn' })
  serve.service(toAccounts.findUser, findUserHandler(deps))
  serve.service(toAccounts.readInitials, readInitialsHandler(deps))
  serve.service(toAccounts.findByEmailHash, findByEmailHashHandler(deps))
  serve.service(toAccounts.findByUsername, findByUsernameHandler(deps))
  return server
}

/** The person that a path of `/v1/admin/users/:id` names. */
const idIn = (params: unknown) => IdParams.safeParse(params).data?.id ?? null

/** The checks behind `/readyz` of both processes. */
export const readinessChecks = (deps: Deps) => ({
  database: () => deps.db.selectFrom('users').select('id').limit(1).execute(),
  queue: () => deps.queue.check(),
})
