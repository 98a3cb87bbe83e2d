import {
  AvatarParams,
  AvatarQuery,
  DescribeAvatar,
  HashedAvatarParams,
  HashedAvatarQuery,
  SeenAvatarHeaders,
  VariantParams,
  WithdrawAvatar,
  WithdrawAvatarQuery,
} from '../avatars.js'
import { endpointsOf } from '../endpoint.js'
import { ProfileAvatar } from '../users.js'
import { empty, json, picture, redirected } from './answers.js'

const endpoint = endpointsOf('media')
const tag = 'avatars'

/** What is published. */
export const avatars = {
  serve: endpoint({
    id: 'readAvatar',
    method: 'GET',
    path: '/v1/avatars/:userId',
    by: 'anyone',
    tag,
    crossOrigin: 'anyone',
    summary: 'The avatar of a user as it is now',
    description:
      'Answers the nearest rendered size that is not smaller than `size`. A user without an avatar, and an unknown id, ' +
      'get the `default`: drawn initials unless another is asked for.',
    params: AvatarParams,
    query: AvatarQuery,
    answers: { ...picture, ...redirected },
    problems: ['avatar-not-found'],
  }),
  serveVariant: endpoint({
    id: 'readVariant',
    method: 'GET',
    path: '/v1/avatars/:userId/:version/:file',
    by: 'optional',
    tag,
    crossOrigin: 'anyone',
    summary: 'One immutable variant of an avatar',
    description:
      'These are the addresses in `avatar.urls`. A superseded version stays public for a while ' +
      '(`KEEP_SUPERSEDED_PUBLIC`); then it is 410 but for its owner and managers. A withdrawn or erased one is 410 at once.',
    params: VariantParams,
    answers: { ...picture, ...redirected },
    problems: ['avatar-not-found', 'avatar-gone'],
  }),
  serveHashed: endpoint({
    id: 'readAvatarByEmailHash',
    method: 'GET',
    path: '/avatar/:file',
    by: 'anyone',
    tag,
    crossOrigin: 'anyone',
    ignoresUnknownParameters: true,
    summary: 'The avatar of a discoverable user, by the hash of their e-mail address',
    description: 'Compatible with Gravatar and Libravatar. The picture has exactly the size asked for.',
    params: HashedAvatarParams,
    query: HashedAvatarQuery,
    answers: picture,
    problems: ['avatar-not-found'],
  }),
  describe: endpoint({
    id: 'describeAvatar',
    method: 'PATCH',
    path: '/v1/avatars/:userId',
    by: 'user',
    tag,
    summary: 'Change the text of the avatar',
    description:
      'The text that stands for the picture where it cannot be seen. With `If-Match` it is changed only while the ' +
      'avatar is the one that was seen, else 412 `stale`. Managers and administrators may change anyone’s.',
    params: AvatarParams,
    headers: SeenAvatarHeaders,
    body: DescribeAvatar,
    isPatch: true,
    answers: { 200: json(ProfileAvatar, 'The avatar with its text.', { headers: ['etag'] }) },
    problems: ['forbidden', 'avatar-not-found', 'stale'],
  }),
  withdraw: endpoint({
    id: 'withdrawAvatar',
    method: 'DELETE',
    path: '/v1/avatars/:userId',
    by: 'user',
    tag,
    summary: 'Withdraw the avatar',
    description:
      'Its variants are 410 everywhere within a second; its upload stays in the history and can be restored. A manager ' +
      'or administrator who withdraws another’s gives a `reason`, which its owner is told.',
    params: AvatarParams,
    query: WithdrawAvatarQuery,
    headers: SeenAvatarHeaders,
    body: WithdrawAvatar.nullish(),
    answers: { 204: empty('No avatar is shown any more.') },
    problems: ['forbidden', 'avatar-not-found', 'stale'],
  }),
} as const
