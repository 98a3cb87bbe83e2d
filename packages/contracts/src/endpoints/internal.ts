import { z } from 'zod'
import { IdParams } from '../common.js'
import { endpointsOf } from '../endpoint.js'
import {
  EmailHashParams,
  EndedSessions,
  EndedSessionsQuery,
  FoundUser,
  MediaExport,
  RemoveAvatar,
  SetAvatar,
  TellDescription,
  TellOwner,
  UserInitials,
  UsernameParams,
} from '../internal.js'
import { empty, json } from './answers.js'

const ofAccounts = endpointsOf('accounts')
const ofMedia = endpointsOf('media')

/** The calls of media to accounts. Every call may be repeated. */
export const toAccounts = {
  setAvatar: ofAccounts({
    id: 'setAvatar',
    method: 'PUT',
    path: '/internal/users/:id/avatar',
    by: 'service',
    summary: 'Show an avatar in the profile',
    description:
      'Applied only when `version` is newer than the one the profile has, or the same with other sizes or formats or a ' +
      'newer `revision` of its text; so it may arrive in any order.',
    params: IdParams,
    body: SetAvatar,
    answers: { 204: empty('The profile shows this avatar or a newer one.') },
    problems: ['user-not-found'],
  }),
  removeAvatar: ofAccounts({
    id: 'removeAvatar',
    method: 'DELETE',
    path: '/internal/users/:id/avatar',
    by: 'service',
    summary: 'Show no avatar in the profile any more',
    description:
      'Applied only when `version` is newer than the one the profile has. The owner is told once: as activity, and by ' +
      'e-mail when someone else withdrew it.',
    params: IdParams,
    body: RemoveAvatar,
    answers: { 204: empty('The profile shows no avatar, or a newer one.') },
    problems: ['user-not-found'],
  }),
  describeAvatar: ofAccounts({
    id: 'tellDescription',
    method: 'PATCH',
    path: '/internal/users/:id/avatar',
    by: 'service',
    summary: 'Show a newer text of the avatar',
    description:
      'Applied only when `version` is the one the profile has and `revision` is newer. Each change is told to the owner ' +
      'once, whichever avatar the profile has.',
    params: IdParams,
    body: TellDescription,
    answers: { 204: empty('The profile shows this text or a newer one.') },
    problems: ['user-not-found'],
  }),
  tellOwner: ofAccounts({
    id: 'tellOwner',
    method: 'POST',
    path: '/internal/users/:id/notices',
    by: 'service',
    summary: 'Tell a user what an operator did to their uploads',
    description: 'As activity, and by e-mail where that is asked for. Each notice is told once.',
    params: IdParams,
    body: TellOwner,
    answers: { 204: empty('They are told.') },
    problems: ['user-not-found'],
  }),
  listEndedSessions: ofAccounts({
    id: 'listEndedSessions',
    method: 'GET',
    path: '/internal/ended-sessions',
    by: 'service',
    summary: 'The sessions whose end was committed after `since`',
    description: 'So that their access tokens are refused before they expire.',
    query: EndedSessionsQuery,
    answers: { 200: json(EndedSessions, 'The sessions, and the `since` of the next call.') },
  }),
  findUser: ofAccounts({
    id: 'findUser',
    method: 'GET',
    path: '/internal/users/:id',
    by: 'service',
    summary: 'Whether there is such a user',
    description: 'A closed account is 404 `user-not-found`.',
    params: IdParams,
    answers: { 204: empty('There is.') },
    problems: ['user-not-found'],
  }),
  readInitials: ofAccounts({
    id: 'readInitials',
    method: 'GET',
    path: '/internal/users/:id/initials',
    by: 'service',
    summary: 'What stands for a user without a picture',
    description:
      'Made of the nickname; empty when it has no letter. A disabled user is 404 `user-not-found`.',
    params: IdParams,
    answers: { 200: json(UserInitials, 'The initials.') },
    problems: ['user-not-found'],
  }),
  findByEmailHash: ofAccounts({
    id: 'findUserByEmailHash',
    method: 'GET',
    path: '/internal/email-hashes/:hash',
    by: 'service',
    summary: 'Whose e-mail address has this hash',
    description:
      '404 `user-not-found` unless that user is `discoverable`, not disabled, and, where addresses are verified, has verified it.',
    params: EmailHashParams,
    answers: { 200: json(FoundUser, 'The user.') },
    problems: ['user-not-found'],
  }),
  findByUsername: ofAccounts({
    id: 'findUserByUsername',
    method: 'GET',
    path: '/internal/usernames/:username',
    by: 'service',
    summary: 'Who has this username',
    description: 'In any case of its letters. A closed account is 404 `user-not-found`.',
    params: UsernameParams,
    answers: { 200: json(FoundUser, 'The user.') },
    problems: ['user-not-found'],
  }),
} as const

/** The calls of accounts to media. Every call may be repeated. */
export const toMedia = {
  eraseUser: ofMedia({
    id: 'eraseUser',
    method: 'DELETE',
    path: '/internal/users/:id',
    by: 'service',
    summary: 'Erase all that media holds on a user',
    description: 'Nothing more is accepted for this user from here on. Ask again until the answer is 204.',
    params: IdParams,
    answers: { 202: empty('It is under way.'), 204: empty('It is done.') },
  }),
  exportUser: ofMedia({
    id: 'exportUser',
    method: 'GET',
    path: '/internal/users/:id/export',
    by: 'service',
    summary: 'All that media holds on a user',
    description: 'The bytes of each file are at the next endpoint.',
    params: IdParams,
    answers: { 200: json(MediaExport, 'Uploads with their events, and the names of files.') },
  }),
  readFile: ofMedia({
    id: 'readFileOfUser',
    method: 'GET',
    path: '/internal/users/:id/files',
    by: 'service',
    summary: 'The bytes of one file that the export names',
    description: '404 `not-found` when it was deleted meanwhile.',
    params: IdParams,
    query: z.object({ path: z.string().regex(/^(uploads|avatars)(\/[0-9a-z][0-9a-z.-]{0,80}){1,3}$/) }),
    answers: { 200: { description: 'The bytes.', types: ['application/octet-stream'] } },
    problems: ['not-found'],
  }),
} as const
