import { endpointsOf } from '../endpoint.js'
import { MediaExport } from '../internal.js'
import { Person, PersonParams } from '../people.js'
import { empty, json } from './answers.js'

const endpoint = endpointsOf('media')
const tag = 'people'

/** People of another login, for the product whose login it is. */
export const people = {
  read: endpoint({
    id: 'readPerson',
    method: 'GET',
    path: '/v1/people/:issuer/:subject',
    by: 'admin',
    scope: 'people:read',
    tag,
    summary: 'Who a subject is here',
    description: 'Known from their first token on. Their `id` is what the history and the pictures have.',
    params: PersonParams,
    answers: { 200: json(Person, 'The person.') },
    problems: ['person-not-found'],
  }),
  makeKnown: endpoint({
    id: 'makePersonKnown',
    method: 'PUT',
    path: '/v1/people/:issuer/:subject',
    by: 'admin',
    scope: 'people:write',
    tag,
    summary: 'Make a person known before their first token',
    description:
      'So that a backend can upload for them by their `id`. Whoever is known already is answered as they are.',
    params: PersonParams,
    answers: { 200: json(Person, 'The person.') },
    problems: ['issuer-not-found'],
  }),
  endSessions: endpoint({
    id: 'endSessionsOfPerson',
    method: 'POST',
    path: '/v1/people/:issuer/:subject/sessions/end',
    by: 'admin',
    scope: 'people:write',
    tag,
    summary: 'Refuse the tokens that a person has',
    description:
      'Every process refuses those that were made up to now within 5 seconds. A token that is made later counts, also ' +
      'one of the same second only from the next on.',
    params: PersonParams,
    answers: { 204: empty('They are refused.') },
    problems: ['person-not-found'],
  }),
  export: endpoint({
    id: 'exportPerson',
    method: 'GET',
    path: '/v1/people/:issuer/:subject/export',
    by: 'admin',
    scope: 'people:read',
    tag,
    summary: 'All that is held on a person',
    description:
      'What accounts puts into the export of its users. The pictures themselves are at the addresses in it.',
    params: PersonParams,
    answers: { 200: json(MediaExport, 'Uploads with their events, and the names of files.') },
    problems: ['person-not-found'],
  }),
  erase: endpoint({
    id: 'erasePerson',
    method: 'DELETE',
    path: '/v1/people/:issuer/:subject',
    by: 'admin',
    scope: 'people:erase',
    tag,
    summary: 'Erase a person and all that is held on them',
    description:
      'Their tokens are refused, and their pictures are gone at once. Ask again until the answer is 204. A token that ' +
      'is made after the erasure makes a new person.',
    params: PersonParams,
    answers: { 202: empty('It is under way.'), 204: empty('It is done, or nobody was known.') },
  }),
} as const
