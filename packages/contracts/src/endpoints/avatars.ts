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
import { PersonParams } from '../people.js'
import { ProfileAvatar } from '../users.js'
import { empty, json, picture, redirected } from './answers.js'

const endpoint = endpointsOf('media')
const tag = 'avatars'

// A CDN purges by them.
const tags = ['cache-tag', 'surrogate-key'] as const
const variantTypes = ['image/avif', 'image/webp', 'image/jpeg'] as const
const ifMatch =
  '`If-Match` names what was seen: the version, a picture of it, or an `ETag` that changing the text answered. When ' +
  'another is the avatar, nothing is done and the answer is 412 `stale`.'

/** Published pictures. */
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
      'Answers the nearest rendered size that is not smaller than `size`, at most the largest, in the format asked for ' +
      'or, without one, the best that `Accept` takes. A user without an avatar, and an unknown id, get the `default`: ' +
      'drawn initials unless another is asked for, or a silhouette where no name is known. `Cache-Tag` and `Surrogate-Key` name the user and the version, so ' +
      'that a CDN can purge it.',
    params: AvatarParams,
    query: AvatarQuery,
    answers: {
      ...picture(variantTypes, { headers: ['vary', ...tags] }),
      ...redirected({ headers: ['vary', ...tags] }),
    },
    problems: ['avatar-not-found'],
  }),
  serveBySubject: endpoint({
    id: 'readAvatarBySubject',
    method: 'GET',
    path: '/v1/avatars/by/:issuer/:subject',
    by: 'anyone',
    tag,
    crossOrigin: 'anyone',
    summary: 'The avatar of a person by the id that their own login gives them',
    description:
      'As the address by their id here. Fit for the `picture` claim of OpenID Connect: it is known before they have a ' +
      'picture, or were ever here. Initials are drawn of the name in their token, so until their first token comes, ' +
      'they have a silhouette.',
    params: PersonParams,
    query: AvatarQuery,
    answers: {
      ...picture(variantTypes, { headers: ['vary', ...tags] }),
      ...redirected({ headers: ['vary', ...tags] }),
    },
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
      'These are the addresses in `avatar.urls`. Anyone sees the picture while it is the avatar, and for a while after ' +
      'another took its place (`KEEP_SUPERSEDED_PUBLIC`); then it is 410 `avatar-gone`, except for its owner and ' +
      'managers, who send their access token. A withdrawn or erased picture is 410 at once. `Cache-Tag` and ' +
      '`Surrogate-Key` name the user and the version, so that a CDN can purge it.',
    params: VariantParams,
    answers: { ...picture(variantTypes, { headers: tags }), ...redirected({ headers: tags }) },
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
    description:
      'Compatible with Gravatar and Libravatar: parameters that it does not know, and values that it cannot use, are ' +
      'ignored. The picture has exactly the size asked for. An unknown hash gets the default picture, or 404 with ' +
      '`d=404`. The answer does not tell the id of the user.',
    params: HashedAvatarParams,
    query: HashedAvatarQuery,
    answers: picture(['image/webp', 'image/jpeg', 'image/png'], { headers: ['vary', ...tags] }),
    problems: ['avatar-not-found'],
  }),
  describe: endpoint({
    id: 'describeAvatar',
    method: 'PATCH',
    path: '/v1/avatars/:userId',
    by: 'user',
    scope: 'uploads:write',
    tag,
    summary: 'Change the text of the avatar',
    description:
      'The text that stands for the picture where it cannot be seen; `null` takes it away. The profile follows, and the ' +
      `activity of its owner tells of it. Managers and administrators may change anyone’s. ${ifMatch}`,
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
      'or administrator who withdraws another’s gives a `reason`, which its owner is told by e-mail; the owner cannot ' +
      'restore that picture until an operator restores it or lifts the hold. Doing so again is answered 204 too. ' +
      ifMatch,
    params: AvatarParams,
    query: WithdrawAvatarQuery,
    headers: SeenAvatarHeaders,
    body: WithdrawAvatar.nullish(),
    answers: { 204: empty('No avatar is shown any more.') },
    problems: ['forbidden', 'avatar-not-found', 'stale'],
  }),
} as const
