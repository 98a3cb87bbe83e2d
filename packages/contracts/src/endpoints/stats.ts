import { endpointsOf } from '../endpoint.js'
import { Stats, StatsQuery } from '../stats.js'
import { json } from './answers.js'

const endpoint = endpointsOf('media')

/** How much there is, and how long it takes. */
export const stats = {
  read: endpoint({
    id: 'readStats',
    method: 'GET',
    path: '/v1/stats',
    by: 'manager',
    scope: 'stats:read',
    tag: 'operation',
    summary: 'Count what happened to uploads, in parts of a range',
    description:
      'Right to the moment: upkeep keeps sums of whole hours, and what happened since is counted for each answer. Sums stay when the uploads and people they count are erased.',
    query: StatsQuery,
    answers: { 200: json(Stats, 'The sums of the range, of each part of it, and what there is now.') },
    problems: ['too-many-buckets'],
  }),
} as const
