import type { Endpoint, ServiceName } from '../endpoint.js'
import { administration } from './administration.js'
import { avatars } from './avatars.js'
import { emails } from './emails.js'
import { failures } from './failures.js'
import { history } from './history.js'
import { inbox } from './inbox.js'
import { toAccounts, toMedia } from './internal.js'
import { serviceKeys } from './keys.js'
import { me } from './me.js'
import { moderation } from './moderation.js'
import { people } from './people.js'
import { accountsQueues, queues } from './queues.js'
import { sessions } from './sessions.js'
import { stats } from './stats.js'
import { accountsUpkeep, upkeep } from './upkeep.js'
import { uploads } from './uploads.js'
import { users } from './users.js'
import { webhooks } from './webhooks.js'

export {
  accountsQueues,
  accountsUpkeep,
  administration,
  avatars,
  emails,
  failures,
  history,
  inbox,
  me,
  moderation,
  people,
  queues,
  serviceKeys,
  sessions,
  stats,
  toAccounts,
  toMedia,
  upkeep,
  uploads,
  users,
  webhooks,
}

/** Every endpoint of each service, in the order of the documentation. */
export const endpoints: Readonly<Record<ServiceName, readonly Endpoint[]>> = {
  accounts: [
    users,
    sessions,
    me,
    emails,
    administration,
    accountsUpkeep,
    accountsQueues,
    inbox,
    toAccounts,
  ].flatMap((group) => Object.values(group)),
  media: [
    uploads,
    avatars,
    history,
    moderation,
    failures,
    stats,
    people,
    serviceKeys,
    webhooks,
    upkeep,
    queues,
    toMedia,
  ].flatMap((group) => Object.values(group)),
}
