import { Inbox, ProblemBody } from '@likeness/contracts'
import { clientAddress, type Request, type Server } from '@likeness/runtime'
import { z } from 'zod'
import { findInboxMessage, type InboxMessage, listInboxMessages } from '../database/inbox.table.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'
import { inboxPage, messagePage } from './inbox-page.js'
import { isLoopback, isLoopbackHost } from './loopback.js'

const shown = 100

/**
 * GET /inbox, /inbox/messages and /inbox/messages/:id: e-mails of a deployment without a mail server. They open
 * accounts, so only this machine may read them, unless INBOX says otherwise, and never by another name: a page of
 * a name that was made to point here (DNS rebinding) reads nothing.
 */
export function inboxRoutes(server: Server, deps: ApiDeps): void {
  const toAnyone = deps.config.INBOX === 'anyone'
  const publicHost = new URL(deps.config.PUBLIC_URL).host
  const isOwnName = (host: string) => isLoopbackHost(host) || (toAnyone && host.trim() === publicHost)
  server.addHook('onRequest', async (request) => {
    const address = clientAddress(request)
    const isHere = address !== null && isLoopback(address)
    if (!toAnyone && !isHere) throw problem('not-found')
    if (!hostsOf(request).every(isOwnName)) throw problem('not-found')
  })

  const pageHeaders = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'",
    'x-frame-options': 'SAMEORIGIN',
  }

  server.get('/inbox', { schema: { hide: true } }, async (_request, reply) => {
    const messages = await listInboxMessages(deps.db, undefined, shown)
    return reply.headers(pageHeaders).send(inboxPage(messages, deps.config.PRODUCT_NAME))
  })

  server.get(
    '/inbox/messages',
    {
      schema: {
        hide: true,
        querystring: z.object({ to: z.string().max(254).optional() }),
        response: { 200: Inbox, '4xx': ProblemBody },
      },
    },
    async (request) => {
      const messages = await listInboxMessages(deps.db, request.query.to, shown)
      return { items: messages.map(viewMessage) }
    },
  )

  server.get(
    '/inbox/messages/:id',
    { schema: { hide: true, params: z.object({ id: z.uuid() }) } },
    async (request, reply) => {
      const message = await findInboxMessage(deps.db, request.params.id)
      if (!message) throw problem('not-found')
      return reply.headers(pageHeaders).send(messagePage(message))
    },
  )
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
