import { DryRunQuery } from '../common.js'
import { endpointsOf } from '../endpoint.js'
import {
  FailureGroups,
  FailureItemsQuery,
  FailurePage,
  FailuresQuery,
  Retried,
  RetryFailures,
} from '../failures.js'
import { json, page } from './answers.js'

const endpoint = endpointsOf('media')
const tag = 'operation'

/** Work that failed or waits too long. */
export const failures = {
  list: endpoint({
    id: 'listFailures',
    method: 'GET',
    path: '/v1/failures',
    by: 'manager',
    scope: 'history:read',
    tag,
    summary: 'List what failed or waits too long, by step and cause',
    description:
      'What waits longer than REQUEUE_AFTER_SECONDS is tried again by itself; what ended is not. Those with the most come first.',
    query: FailuresQuery,
    answers: { 200: json(FailureGroups, 'Every cause, with how many wait or ended for it.') },
  }),
  items: endpoint({
    id: 'listFailuresOfCause',
    method: 'GET',
    path: '/v1/failures/items',
    by: 'manager',
    scope: 'history:read',
    tag,
    summary: 'List which uploads failed or wait for one cause, oldest first',
    description: 'The upload itself and its trail are in the history.',
    query: FailureItemsQuery,
    answers: { 200: page(FailurePage, 'One page of them.') },
    problems: ['invalid-cursor'],
  }),
  retry: endpoint({
    id: 'retryFailures',
    method: 'POST',
    path: '/v1/failures/retry',
    by: 'manager',
    scope: 'upkeep:run',
    tag,
    summary: 'Try again at once what waits: one upload, or all of one cause',
    description:
      'Ends the pause between two tries. It never retries everything: a request names an upload, or a step and a cause, and retries at most 10,000. What has ended is not retried: its bytes cannot become an avatar.',
    query: DryRunQuery,
    body: RetryFailures,
    answers: { 202: json(Retried, 'How many are tried again.') },
    problems: ['upload-not-found', 'nothing-waits'],
  }),
} as const
