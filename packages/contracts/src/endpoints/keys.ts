import { IdParams } from '../common.js'
import { endpointsOf } from '../endpoint.js'
import { CreatedKey, CreateKey, KeyList } from '../keys.js'
import { empty, json } from './answers.js'

const endpoint = endpointsOf('media')
const tag = 'service-keys'

/** Keys of backends and jobs. */
export const serviceKeys = {
  list: endpoint({
    id: 'listKeys',
    method: 'GET',
    path: '/v1/keys',
    by: 'admin',
    tag,
    summary: 'List the service keys',
    description:
      'Newest first, with their last use. Those that were revoked or have expired stay in the list.',
    answers: { 200: json(KeyList, 'Every key.') },
  }),
  create: endpoint({
    id: 'createKey',
    method: 'POST',
    path: '/v1/keys',
    by: 'admin',
    tag,
    summary: 'Make a service key',
    description:
      'A backend or a job sends it as `Authorization: Bearer …` and may call the endpoints of its scopes, on the ' +
      'uploads of anyone. What it does has its id as actor in the trail.',
    body: CreateKey,
    answers: { 201: json(CreatedKey, 'The key, shown this once.') },
  }),
  revoke: endpoint({
    id: 'revokeKey',
    method: 'DELETE',
    path: '/v1/keys/:id',
    by: 'admin',
    tag,
    summary: 'Revoke a service key',
    description: 'Every process refuses it within 5 seconds. Revoking it again is answered alike.',
    params: IdParams,
    answers: { 204: empty('It is refused.') },
    problems: ['key-not-found'],
  }),
} as const
