import { IdParams, PageQuery } from '../common.js'
import { endpointsOf } from '../endpoint.js'
import {
  BlockedImagePage,
  RefuseUpload,
  TakeDown,
  TakeDownList,
  TakeDownQuery,
  Takedown,
  TakedownPage,
  UnblockImage,
  UnblockImageQuery,
} from '../moderation.js'
import { SeenUploadHeaders, Upload } from '../uploads.js'
import { empty, json, page } from './answers.js'

const endpoint = endpointsOf('media')
const tag = 'moderation'

/** What operators do against pictures. */
export const moderation = {
  refuse: endpoint({
    id: 'refuseUpload',
    method: 'POST',
    path: '/v1/uploads/:id/refuse',
    by: 'manager',
    tag,
    summary: 'Refuse a pending upload',
    description:
      'It is `rejected` with the failure `refused-by-operator`, and its files are deleted. Its owner is told, with the ' +
      'reason. Doing so again is answered alike. With `If-Match` it is done only to the upload that the ETag names, ' +
      'else 412 `stale`.',
    params: IdParams,
    headers: SeenUploadHeaders,
    body: RefuseUpload,
    answers: { 200: json(Upload, 'The upload, which can no longer be confirmed.') },
    problems: [
      'upload-not-found',
      'stale',
      'sha256-mismatch',
      'not-pending',
      'upload-expired',
      'upload-discarded',
      'upload-rejected',
    ],
  }),
  takeDown: endpoint({
    id: 'takeDown',
    method: 'POST',
    path: '/v1/takedowns',
    by: 'manager',
    tag,
    summary: 'Take a picture down by any of its addresses',
    description:
      'With `?dryRun=true` it lists every use of the picture’s bytes by anyone, and with `alike` of pictures that look ' +
      'alike. Without, and with the `seen` of that list, it takes them down: avatars are withdrawn, pending uploads ' +
      'refused, past pictures held, so that only an operator may restore them. If anything listed has changed by then, ' +
      'nothing is done and the answer is 409 `changed-meanwhile`. The same act sent again is answered with what it did. ' +
      'Owners are told by their activity and by e-mail. With `block` the picture is refused from then on: 422 ' +
      '`blocked-image` for the same bytes, and `rejected` with the failure `blocked-image` for a picture that looks alike.',
    query: TakeDownQuery,
    body: TakeDown,
    answers: {
      200: page(TakeDownList, 'A dry run: one page of what would be taken down, the most alike first.'),
      201: json(Takedown, 'It is done, or a job goes on with it: `finishedAt` tells.', {
        headers: ['location'],
      }),
    },
    problems: [
      'invalid-cursor',
      'foreign-address',
      'not-a-picture-address',
      'avatar-not-found',
      'upload-not-found',
      'too-many-alike',
      'nothing-to-take-down',
      'changed-meanwhile',
    ],
  }),
  listTakedowns: endpoint({
    id: 'listTakedowns',
    method: 'GET',
    path: '/v1/takedowns',
    by: 'manager',
    tag,
    summary: 'List take-downs, newest first',
    description: 'Who took which picture down, when, why and how far it is.',
    query: PageQuery,
    answers: { 200: page(TakedownPage, 'One page of them.') },
    problems: ['invalid-cursor'],
  }),
  readTakedown: endpoint({
    id: 'readTakedown',
    method: 'GET',
    path: '/v1/takedowns/:id',
    by: 'manager',
    tag,
    summary: 'Read one take-down',
    description: 'How far it is. The trail of each upload names the take-down.',
    params: IdParams,
    answers: { 200: json(Takedown, 'The take-down.') },
    problems: ['takedown-not-found'],
  }),
  listBlockedImages: endpoint({
    id: 'listBlockedImages',
    method: 'GET',
    path: '/v1/blocked-images',
    by: 'manager',
    tag,
    summary: 'List the deny-list, newest first',
    description: 'The pictures that are refused at upload, by their bytes and by their look.',
    query: PageQuery,
    answers: { 200: page(BlockedImagePage, 'One page of its entries.') },
    problems: ['invalid-cursor'],
  }),
  unblockImage: endpoint({
    id: 'unblockImage',
    method: 'DELETE',
    path: '/v1/blocked-images/:id',
    by: 'manager',
    tag,
    summary: 'Take a picture off the deny-list',
    description:
      'With a reason, which is kept. What was taken down stays so. Doing so again is answered 204 too.',
    params: IdParams,
    query: UnblockImageQuery,
    body: UnblockImage.nullish(),
    answers: { 204: empty('The picture may be uploaded again.') },
    problems: ['blocked-image-not-found'],
  }),
} as const
