import type { inbox } from '@likeness/contracts/endpoints'
import { clientAddress } from '@likeness/runtime/client-address'
import type { Handler } from '@likeness/runtime/serve'
import type { Request } from '@likeness/runtime/server'
import type { AccountsConfig } from '../config.js'
import { findInboxMessage, type InboxMessage, listInboxMessages } from '../database/inbox.table.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'
import { inboxPage, messagePage } from './inbox-page.js'
import { isLoopback, isLoopbackHost } from './loopback.js'

const shown = 100

/**
 * Who may read the inbox: nobody when there is a mail server. Its e-mails open accounts, so only this machine may, unless
 * INBOX says otherwise, and only by its own names: a page on a name that was made to point here (DNS rebinding) reads
 * nothing.
 */
export function openInboxGate({
  MAIL_URL,
  INBOX,
  PUBLIC_URL,
}: AccountsConfig): (request: Request) => boolean {
  const toAnyone = INBOX === 'anyone'
  const publicHost = new URL(PUBLIC_URL).host
  const isServed = MAIL_URL === undefined && (toAnyone || isLoopbackHost(publicHost))
  const isOwnName = (host: string) => isLoopbackHost(host) || (toAnyone && host.trim() === publicHost)
  return (request) => {
    const address = clientAddress(request)
    const isHere = address !== null && isLoopback(address)
    return isServed && (toAnyone || isHere) && hostsOf(request).every(isOwnName)
  }
}

const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'",
  'x-frame-options': 'SAMEORIGIN',
}

/** `inbox.show` */
export const showInboxHandler =
  (deps: ApiDeps): Handler<typeof inbox.show> =>
  async (_request, reply) => {
    const messages = await listInboxMessages(deps.db, undefined, shown)
    return reply.headers(pageHeaders).code(200).send(inboxPage(messages, deps.config.PRODUCT_NAME))
  }

/** `inbox.list` */
export const listInboxHandler =
  (deps: ApiDeps): Handler<typeof inbox.list> =>
  async (request) => {
    const messages = await listInboxMessages(deps.db, request.query.to, shown)
    return { items: messages.map(viewMessage) }
  }

/** `inbox.showMessage` */
export const showInboxMessageHandler =
  (deps: ApiDeps): Handler<typeof inbox.showMessage> =>
  async (request, reply) => {
    const message = await findInboxMessage(deps.db, request.params.id)
    if (!message) throw problem('not-found')
    return reply.headers(pageHeaders).code(200).send(messagePage(message))
  }

/** The names a request was sent to: its own, and those its proxies pass on. */
const hostsOf = ({ headers }: Request): string[] => [
  headers.host ?? '',
  ...[headers['x-forwarded-host'] ?? []].flat().flatMap((hosts) => hosts.split(',')),
]

const viewMessage = ({ id, at, sender, recipient, subject, text, html }: InboxMessage) => ({
  id,
  at: at.toISOString(),
  from: sender,
  to: recipient,
  subject,
  text,
  html,
  links: text.match(/https?:\/\/\S+/g) ?? [],
})
