import { ActivityPage, ActivityQuery } from '../activity.js'
import {
  AdminClose,
  AdminPatch,
  AdminUser,
  AdminUserPage,
  ListUsersQuery,
  SeenUserHeaders,
} from '../admin.js'
import { AuditPage, AuditQuery } from '../audit.js'
import { IdParams } from '../common.js'
import { endpointsOf } from '../endpoint.js'
import { ErasedAccountPage, ListErasuresQuery, StartedErasure } from '../erasures.js'
import { json, page } from './answers.js'

const endpoint = endpointsOf('accounts')
const tag = 'administration'

/** Managing users, for managers and administrators. */
export const administration = {
  listUsers: endpoint({
    id: 'listUsers',
    method: 'GET',
    path: '/v1/admin/users',
    by: 'manager',
    tag,
    summary: 'Find users, newest first',
    description: 'Filters by part of a name or an address, by role, group, status or ids.',
    query: ListUsersQuery,
    answers: { 200: page(AdminUserPage, 'One page of the users that match.') },
    problems: ['invalid-cursor'],
  }),
  readUser: endpoint({
    id: 'readUserAsManager',
    method: 'GET',
    path: '/v1/admin/users/:id',
    by: 'manager',
    tag,
    summary: 'Read one user',
    description: 'Everything that is kept about a user, except secrets.',
    params: IdParams,
    answers: { 200: json(AdminUser, 'The user.', { headers: ['etag'] }) },
    problems: ['user-not-found'],
  }),
  listActivity: endpoint({
    id: 'listActivityOfUser',
    method: 'GET',
    path: '/v1/admin/users/:id/activity',
    by: 'manager',
    tag,
    summary: 'List what happened on an account, newest first',
    description: 'The same list that its owner sees.',
    params: IdParams,
    query: ActivityQuery,
    answers: { 200: page(ActivityPage, 'One page of the activity.') },
    problems: ['invalid-cursor', 'user-not-found'],
  }),
  patchUser: endpoint({
    id: 'patchUser',
    method: 'PATCH',
    path: '/v1/admin/users/:id',
    by: 'manager',
    tag,
    summary: 'Change the role, the group or the status of a user',
    description:
      'Managers act on users, administrators on everyone; only administrators set roles. A user who loses rights is logged out. With `If-Match` it is done only to the user that the ETag names, else 412 `stale`.',
    params: IdParams,
    headers: SeenUserHeaders,
    body: AdminPatch,
    isPatch: true,
    answers: { 200: json(AdminUser, 'The user as changed.', { headers: ['etag'] }) },
    problems: ['user-not-found', 'last-admin', 'stale'],
  }),
  closeUser: endpoint({
    id: 'closeUser',
    method: 'DELETE',
    path: '/v1/admin/users/:id',
    by: 'admin',
    tag,
    summary: 'Close an account and erase all it owns',
    description:
      'The reason is kept. One’s own account is closed by `DELETE /v1/me`, with the password. With `If-Match` it is done only to the user that the ETag names, else 412 `stale`.',
    params: IdParams,
    headers: SeenUserHeaders,
    body: AdminClose,
    answers: { 202: json(StartedErasure, 'The erasure has begun.', { headers: ['location'] }) },
    problems: ['user-not-found', 'own-account', 'stale'],
  }),
  listErasures: endpoint({
    id: 'listErasures',
    method: 'GET',
    path: '/v1/admin/erasures',
    by: 'manager',
    tag,
    summary: 'List closed accounts, newest first',
    description: 'Shows who closed which account, when and why, and how far its erasure is.',
    query: ListErasuresQuery,
    answers: { 200: page(ErasedAccountPage, 'One page of the closed accounts.') },
    problems: ['invalid-cursor'],
  }),
  listAudit: endpoint({
    id: 'listAccountsAudit',
    method: 'GET',
    path: '/v1/admin/audit',
    by: 'manager',
    tag,
    summary: 'List what changed no account, newest first',
    description:
      'Shows which manager read what of whom, which of their attempts were refused, and what retention and erasure removed. Events are appended and never changed. Reading this list is an event too.',
    query: AuditQuery,
    answers: { 200: page(AuditPage, 'One page of the events that match.') },
    problems: ['invalid-cursor'],
  }),
} as const
