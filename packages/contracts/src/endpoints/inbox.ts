import { z } from 'zod'
import { Inbox } from '../emails.js'
import { endpointsOf } from '../endpoint.js'
import { json } from './answers.js'

const endpoint = endpointsOf('accounts')

/** The e-mails of a deployment without a mail server; only there, and only from the same machine unless configured. */
export const inbox = {
  show: endpoint({
    id: 'showInbox',
    method: 'GET',
    path: '/inbox',
    by: 'anyone',
    summary: 'The inbox as a page',
    description: 'The newest e-mails, for people who try Likeness out.',
    answers: { 200: { description: 'The page.', types: ['text/html'] } },
    problems: ['not-found'],
  }),
  list: endpoint({
    id: 'listInbox',
    method: 'GET',
    path: '/inbox/messages',
    by: 'anyone',
    summary: 'The newest e-mails',
    description: 'For tests and scripts.',
    query: z.object({ to: z.string().max(254).optional() }),
    answers: { 200: json(Inbox, 'The e-mails, newest first.') },
    problems: ['not-found'],
  }),
  showMessage: endpoint({
    id: 'showInboxMessage',
    method: 'GET',
    path: '/inbox/messages/:id',
    by: 'anyone',
    summary: 'One e-mail as it is sent',
    description: 'Its HTML.',
    params: z.object({ id: z.uuid() }),
    answers: { 200: { description: 'The e-mail.', types: ['text/html'] } },
    problems: ['not-found'],
  }),
} as const
