import { PageQuery } from '../common.js'
import { endpointsOf } from '../endpoint.js'
import { HistoryPage, HistoryQuery, TrailPage, TrailParams } from '../history.js'
import { page } from './answers.js'

const endpoint = endpointsOf('media')
const tag = 'history'

/** The audit of every upload of everyone. */
export const history = {
  list: endpoint({
    id: 'listHistory',
    method: 'GET',
    path: '/v1/history',
    by: 'manager',
    tag,
    summary: 'List every upload of everyone, newest first',
    description:
      'Erased uploads are in it, without the picture and its text; the uploads of erased users are not.',
    query: HistoryQuery,
    answers: { 200: page(HistoryPage, 'One page of the uploads that match.') },
    problems: ['invalid-cursor'],
  }),
  trail: endpoint({
    id: 'listUploadEvents',
    method: 'GET',
    path: '/v1/history/:uploadId/events',
    by: 'manager',
    tag,
    summary: 'List what happened to one upload, oldest first',
    description: 'Who did what, when and from where. Events are appended and never changed.',
    params: TrailParams,
    query: PageQuery,
    answers: { 200: page(TrailPage, 'One page of its events.') },
    problems: ['invalid-cursor', 'upload-not-found'],
  }),
} as const
