import { AuditPage, AuditQuery } from '../audit.js'
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
    scope: 'history:read',
    tag,
    summary: 'List every upload of everyone, newest first unless sorted otherwise',
    description: [
      'A page looks at a limited number of uploads. Filters that each match many and together nearly none may leave it short, or empty: `nextCursor` goes on from there, and only `null` says that there are no more.',
      'Erased uploads are in it, without the picture and its text; the uploads of erased users are not. While accounts does not answer, a `username` is 503 `overloaded`.',
      '`Accept: text/csv` or `application/x-ndjson` sends every upload that matches, as a stream without `limit` and `cursor`. Its last line says that it is whole: `complete` and the number of uploads as the first two cells of a record, or `{"complete":true,"rows":…}`. A stream without this line was broken off. Uploads that come or change while it is sent may be missing from it.',
      'CSV is RFC 4180 in UTF-8 with a header. `record` is `upload` or `complete`; text that a spreadsheet would take for a formula begins with an apostrophe. Three exports of a caller run at once, then 429 `rate-limited`; twenty in a process, then 503 `overloaded`.',
    ].join('\n\n'),
    query: HistoryQuery,
    answers: {
      200: {
        ...page(HistoryPage, 'One page of the uploads that match, or all of them.', {
          headers: ['content-disposition'],
        }),
        types: ['text/csv', 'application/x-ndjson'],
      },
    },
    problems: ['invalid-cursor', 'rate-limited'],
  }),
  trail: endpoint({
    id: 'listUploadEvents',
    method: 'GET',
    path: '/v1/history/:uploadId/events',
    by: 'manager',
    scope: 'history:read',
    tag,
    summary: 'List what happened to one upload, oldest first',
    description: 'Who did what, when and from where. Events are appended and never changed.',
    params: TrailParams,
    query: PageQuery,
    answers: { 200: page(TrailPage, 'One page of its events.') },
    problems: ['invalid-cursor', 'upload-not-found'],
  }),
  listAudit: endpoint({
    id: 'listAudit',
    method: 'GET',
    path: '/v1/audit',
    by: 'manager',
    scope: 'history:read',
    tag,
    summary: 'List what changed no upload, newest first',
    description:
      'Shows which manager read what of whom, which of their attempts were refused, and what retention and erasure removed. Events are appended and never changed. Reading this list is an event too.',
    query: AuditQuery,
    answers: { 200: page(AuditPage, 'One page of the events that match.') },
    problems: ['invalid-cursor'],
  }),
} as const
