import { endpointsOf } from '../endpoint.js'
import { QueuedJobs, QueueParams, QueueQuery, Queues } from '../queues.js'
import { json } from './answers.js'

const listing = {
  method: 'GET',
  by: 'admin',
  tag: 'upkeep',
  summary: 'List the queues',
  description:
    'How many jobs of each kind are in each state. When the queue does not answer, this is 503 `overloaded`. Failures ' +
    'tells what waits for a reason, and retries it.',
  answers: { 200: json(Queues, 'The queue of each kind of work.') },
  problems: ['overloaded'],
} as const

const reading = {
  method: 'GET',
  by: 'admin',
  tag: 'upkeep',
  summary: 'List the jobs of a queue',
  description:
    'Those in one state: waiting ones whose turn is next first, delayed ones by when they are tried, failed ones newest ' +
    'first.',
  params: QueueParams,
  query: QueueQuery,
  answers: { 200: json(QueuedJobs, 'The first of them.') },
  problems: ['overloaded'],
} as const

const ofMedia = endpointsOf('media')

/** The queues of the media service. */
export const queues = {
  list: ofMedia({ ...listing, id: 'listQueues', path: '/v1/queues' }),
  read: ofMedia({ ...reading, id: 'readQueue', path: '/v1/queues/:kind' }),
} as const

const ofAccounts = endpointsOf('accounts')

/** The queues of the accounts service. */
export const accountsQueues = {
  list: ofAccounts({ ...listing, id: 'listAccountsQueues', path: '/v1/admin/queues' }),
  read: ofAccounts({ ...reading, id: 'readAccountsQueue', path: '/v1/admin/queues/:kind' }),
} as const
