import { ActivityPage, ActivityQuery } from '../activity.js'
import { IdParams } from '../common.js'
import { ChangeEmail, ChangePassword } from '../emails.js'
import { endpointsOf } from '../endpoint.js'
import { CloseAccount, Erasure, ErasureQuery, StartedErasure } from '../erasures.js'
import { Me, ReadMeHeaders, SeenMeHeaders, UserPatch } from '../users.js'
import { empty, json, page } from './answers.js'

const endpoint = endpointsOf('accounts')
const tag = 'me'

/** One's own account. */
export const me = {
  read: endpoint({
    id: 'readMe',
    method: 'GET',
    path: '/v1/me',
    by: 'user',
    tag,
    summary: 'Me, my profile and my avatar',
    description: 'With `If-None-Match`, 304 when nothing has changed.',
    headers: ReadMeHeaders,
    answers: {
      200: json(Me, 'Me.', { headers: ['etag'] }),
      304: empty('Nothing has changed since `If-None-Match`.', { headers: ['etag'] }),
    },
  }),
  patch: endpoint({
    id: 'patchMe',
    method: 'PATCH',
    path: '/v1/me',
    by: 'user',
    tag,
    summary: 'Change me and my profile',
    description:
      'A JSON merge patch (RFC 7396). With `If-Match` it is applied only to the version that the ETag names, else 412 `stale`.',
    headers: SeenMeHeaders,
    body: UserPatch,
    isPatch: true,
    answers: { 200: json(Me, 'Me as changed.', { headers: ['etag'] }) },
    problems: ['username-taken', 'stale'],
  }),
  changePassword: endpoint({
    id: 'changePassword',
    method: 'PUT',
    path: '/v1/me/password',
    by: 'user',
    tag,
    summary: 'Change my password',
    description: 'All other sessions end, and so does every open link.',
    body: ChangePassword,
    answers: { 204: empty('The new password counts from now on.', { headers: ['set-cookie'] }) },
    problems: ['wrong-password', 'weak-password', 'rate-limited'],
  }),
  changeEmail: endpoint({
    id: 'changeEmail',
    method: 'PUT',
    path: '/v1/me/email',
    by: 'user',
    tag,
    summary: 'Change my e-mail address',
    description:
      'The address changes once the link sent to the new one is opened. The present address is told at once, with a ' +
      'link that stops the change, and again when it is done.',
    body: ChangeEmail,
    answers: { 202: empty('The link is on its way.') },
    problems: ['wrong-password', 'email-taken', 'rate-limited'],
  }),
  dropEmailChange: endpoint({
    id: 'dropEmailChange',
    method: 'DELETE',
    path: '/v1/me/email',
    by: 'user',
    tag,
    summary: 'Give up a pending change of my e-mail address',
    description:
      'The links that were sent to both addresses stop working. Without a pending change nothing happens. No device is logged out, unlike by the link sent to the present address.',
    answers: { 204: empty('No change is pending.') },
  }),
  export: endpoint({
    id: 'exportMe',
    method: 'GET',
    path: '/v1/me/export',
    by: 'user',
    tag,
    summary: 'Export everything both services hold about me, as a ZIP',
    description: 'JSON files, and the pictures.',
    answers: {
      200: { description: 'The ZIP.', types: ['application/zip'], headers: ['content-disposition'] },
    },
    problems: ['rate-limited'],
  }),
  close: endpoint({
    id: 'closeAccount',
    method: 'DELETE',
    path: '/v1/me',
    by: 'user',
    tag,
    summary: 'Close my account and erase all it owns',
    description:
      'The account is closed at once. The answer names the address, and the token for it, that show how far the erasure is.',
    body: CloseAccount,
    answers: { 202: json(StartedErasure, 'The erasure has begun.', { headers: ['location'] }) },
    problems: ['wrong-password', 'last-admin', 'rate-limited'],
  }),
  listActivity: endpoint({
    id: 'listMyActivity',
    method: 'GET',
    path: '/v1/me/activity',
    by: 'user',
    tag: 'activity',
    summary: 'List what happened on my account, newest first',
    description: 'Log-ins, changes and pictures: when, from which address and with which device.',
    query: ActivityQuery,
    answers: { 200: page(ActivityPage, 'One page of the activity.') },
    problems: ['invalid-cursor'],
  }),
  readErasure: endpoint({
    id: 'readErasure',
    method: 'GET',
    path: '/v1/erasures/:id',
    by: 'anyone',
    tag,
    summary: 'Read how far the erasure of a closed account is',
    description: 'Requires the token from the answer that closed the account.',
    params: IdParams,
    query: ErasureQuery,
    answers: { 200: json(Erasure, 'The state of the erasure.') },
    problems: ['erasure-not-found'],
  }),
} as const
