import { z } from 'zod'
import { IdempotencyHeaders, IdParams } from '../common.js'
import { CreateDirectUpload, DirectUpload, DirectUploadQuery } from '../direct-uploads.js'
import { endpointsOf } from '../endpoint.js'
import {
  ConfirmUpload,
  CreateUploadQuery,
  EventsQuery,
  EventTicket,
  ImportUpload,
  LastEventId,
  ListUploadsQuery,
  PreviewQuery,
  RestoreUpload,
  SeenUploadHeaders,
  Upload,
  UploadForm,
  UploadPage,
} from '../uploads.js'
import { empty, json, page, picture } from './answers.js'

const endpoint = endpointsOf('media')
const tag = 'uploads'

/** Faults of a picture, whichever way it was sent. */
const imageProblems = ['unsupported-image', 'invalid-image', 'image-too-small', 'too-many-pixels'] as const
/** Limits that one more upload of a user may reach. */
const quotaProblems = ['rate-limited', 'too-many-pending', 'quota-exceeded'] as const
/** Faults of a `userId` that is not the caller’s, and of a user who is erased. */
const ownerProblems = ['forbidden', 'user-not-found', 'upload-not-found'] as const
const idempotencyProblems = ['idempotency-key-reused', 'request-in-progress'] as const
/** Why a picture that has arrived is not staged. */
const stagingProblems = [
  'image-too-large',
  ...imageProblems,
  'blocked-image',
  'storage-full',
  ...ownerProblems,
  ...quotaProblems,
  ...idempotencyProblems,
] as const
const staged = {
  201: json(Upload, 'The upload waits to be confirmed.', {
    headers: ['location', 'idempotency-replayed'],
  }),
} as const
const closedProblems = ['upload-expired', 'upload-discarded', 'upload-rejected'] as const

/** `Prefer: wait=N` (RFC 7240); anything else in it is ignored. */
const ConfirmHeaders = IdempotencyHeaders.extend({
  prefer: z
    .string()
    .optional()
    .describe('`wait=N` waits up to N seconds, at most 30, for the picture to be published'),
})

const ifMatch = 'With `If-Match` it is done only to the upload that the ETag names, else 412 `stale`.'

/** The two-step flow: stage a picture, look at it, confirm it. */
export const uploads = {
  create: endpoint({
    id: 'createUpload',
    method: 'POST',
    path: '/v1/uploads',
    by: 'user',
    scope: 'uploads:write',
    tag,
    summary: 'Upload a picture',
    description:
      'Step one. Send the raw bytes with `Content-Type: image/*`, or a form whose field `image` is the file. In a form, ' +
      '`userId`, `filename` and `replace` may be fields, before or after the image; other fields are refused. The ' +
      'type is decided from the bytes. A body that arrives too slowly is answered 408 `upload-too-slow`. A worker ' +
      'decodes the picture next: `previewUrl` is there once it has, and a picture that will not decode is `rejected`.',
    headers: IdempotencyHeaders,
    query: CreateUploadQuery,
    streams: { 'multipart/form-data': UploadForm, 'image/*': z.file() },
    answers: staged,
    problems: ['no-image', 'malformed-multipart', 'upload-too-slow', ...stagingProblems],
  }),
  import: endpoint({
    id: 'importUpload',
    method: 'POST',
    path: '/v1/uploads/import',
    by: 'user',
    scope: 'uploads:write',
    tag,
    summary: 'Upload a picture from an address',
    description:
      'Step one for a picture that is on the web: it is fetched, and staged as if it had been sent. Only the public ' +
      'internet is fetched from, by https, unless the deployment allows more; up to three redirects are followed, and ' +
      'each address is judged.',
    headers: IdempotencyHeaders,
    body: ImportUpload,
    answers: staged,
    problems: ['import-refused', 'import-failed', ...stagingProblems],
  }),
  createDirect: endpoint({
    id: 'createDirectUpload',
    method: 'POST',
    path: '/v1/uploads/direct',
    by: 'user',
    scope: 'uploads:write',
    tag,
    summary: 'Announce a picture to send straight to the storage',
    description:
      'POST the picture to `url` as multipart/form-data, all `fields` first and the picture last as `file`; then ' +
      'complete the upload. Where the storage cannot take uploads, the answer is 409 `direct-upload-unavailable`. An ' +
      'announced picture counts as pending until it is completed, given up with `DELETE`, or out of time.',
    query: DirectUploadQuery,
    body: CreateDirectUpload,
    answers: { 201: json(DirectUpload, 'The form to send the picture with.') },
    problems: ['direct-upload-unavailable', 'image-too-large', ...ownerProblems, ...quotaProblems],
  }),
  completeDirect: endpoint({
    id: 'completeDirectUpload',
    method: 'POST',
    path: '/v1/uploads/:id/complete',
    by: 'user',
    scope: 'uploads:write',
    tag,
    summary: 'Complete a direct upload',
    description:
      'Checks the bytes that the storage received; from here on the upload is like any other. While they have not ' +
      'arrived, or are not the announced ones, the form may be sent again. When they are no acceptable picture, or one ' +
      'that operators blocked, the announcement is void, and nothing of it is kept.',
    params: IdParams,
    answers: {
      200: json(Upload, 'It was completed before.'),
      201: json(Upload, 'The upload waits to be confirmed.', { headers: ['location'] }),
    },
    problems: [
      'upload-not-found',
      'upload-expired',
      'direct-upload-missing',
      'direct-upload-mismatch',
      ...imageProblems,
      'blocked-image',
      'storage-full',
      'rate-limited',
    ],
  }),
  list: endpoint({
    id: 'listUploads',
    method: 'GET',
    path: '/v1/uploads',
    by: 'user',
    scope: 'uploads:read',
    tag,
    summary: 'List my uploads, newest first',
    description:
      'Managers and administrators may list another’s by `userId`. Erased uploads are left out. The header ' +
      '`Upload-Limit: max-size=10485760` says how many bytes an upload may have.',
    query: ListUploadsQuery,
    answers: { 200: page(UploadPage, 'One page of the history.', { headers: ['upload-limit'] }) },
    problems: ['forbidden', 'invalid-cursor'],
  }),
  read: endpoint({
    id: 'readUpload',
    method: 'GET',
    path: '/v1/uploads/:id',
    by: 'user',
    scope: 'uploads:read',
    tag,
    summary: 'Read one upload',
    description:
      'Managers and administrators may read anyone’s. The `ETag` names what is seen, for the `If-Match` of an act on it; ' +
      'it stays when only the link in `previewUrl` is another.',
    params: IdParams,
    answers: { 200: json(Upload, 'The upload as it is now.', { headers: ['etag'] }) },
    problems: ['upload-not-found'],
  }),
  preview: endpoint({
    id: 'readPreview',
    method: 'GET',
    path: '/v1/uploads/:id/preview',
    by: 'optional',
    scope: 'uploads:read',
    tag,
    summary: 'See an upload before it is confirmed',
    description:
      'The picture as uploaded: upright, without metadata, at most 1024 px, as WebP. It opens with an access token, or ' +
      'without one by the signed link that `previewUrl` is. When the link is answered 403 (`link-expired` or ' +
      '`link-invalid`), read the upload again.',
    params: IdParams,
    query: PreviewQuery,
    answers: picture(['image/webp']),
    problems: [
      'link-expired',
      'link-invalid',
      'preview-not-ready',
      'upload-not-found',
      'upload-failed',
      ...closedProblems,
    ],
  }),
  confirm: endpoint({
    id: 'confirmUpload',
    method: 'POST',
    path: '/v1/uploads/:id/confirm',
    by: 'user',
    scope: 'uploads:write',
    tag,
    summary: 'Confirm an upload: it becomes the avatar',
    description:
      'Step two. It is rendered in the background: the answer is 202 until that is done. `Prefer: wait=N` waits for it, ' +
      'up to 30 s. The same confirmation may be repeated; one with another crop or text is 409 `already-confirmed`.',
    params: IdParams,
    headers: ConfirmHeaders,
    body: ConfirmUpload.nullish(),
    answers: {
      200: json(Upload, 'It is published.', { headers: ['preference-applied', 'idempotency-replayed'] }),
      202: json(Upload, 'It is not published yet, or publishing failed: `status` tells.', {
        headers: ['preference-applied', 'idempotency-replayed'],
      }),
    },
    problems: [
      'upload-not-found',
      ...closedProblems,
      'upload-failed',
      'already-confirmed',
      'sha256-mismatch',
      'invalid-crop',
      ...idempotencyProblems,
    ],
  }),
  restore: endpoint({
    id: 'restoreUpload',
    method: 'POST',
    path: '/v1/uploads/:id/restore',
    by: 'user',
    tag,
    summary: 'Make an earlier picture the avatar again',
    description:
      'Without a crop this takes effect at once, since its variants are kept; the profile follows. With another crop, the ' +
      'kept original is rendered anew as an upload of its own, which is the one answered. 200, 202 and `Prefer: wait=N` ' +
      'are as for confirming. A picture that an operator withdrew is 403 `withdrawn-by-operator` until an operator ' +
      `restores it or lifts the hold. ${ifMatch}`,
    params: IdParams,
    headers: ConfirmHeaders.extend(SeenUploadHeaders.shape),
    body: RestoreUpload.nullish(),
    answers: {
      200: json(Upload, 'It is published.', {
        headers: ['location', 'preference-applied', 'idempotency-replayed'],
      }),
      202: json(Upload, 'It is not published yet, or publishing failed: `status` tells.', {
        headers: ['location', 'preference-applied', 'idempotency-replayed'],
      }),
    },
    problems: [
      'upload-not-found',
      'stale',
      'not-restorable',
      'original-not-kept',
      'withdrawn-by-operator',
      'upload-failed',
      'invalid-crop',
      ...closedProblems,
      'rate-limited',
      'quota-exceeded',
      'blocked-image',
      'storage-full',
      ...idempotencyProblems,
    ],
  }),
  remove: endpoint({
    id: 'removeUpload',
    method: 'DELETE',
    path: '/v1/uploads/:id',
    by: 'user',
    scope: 'uploads:write',
    tag,
    summary: 'Discard a pending upload, or erase a past one',
    description:
      'A pending or announced upload is discarded and its files are deleted; a past one is erased: its files go, and it ' +
      'leaves the history of its owner. The one that is the avatar is 409 `upload-is-live`, and one that is on its way ' +
      `to be is 409 \`not-pending\`. ${ifMatch} One that is gone already is answered 204 all the same.`,
    params: IdParams,
    headers: SeenUploadHeaders,
    answers: { 204: empty('It is gone.') },
    problems: ['upload-not-found', 'stale', 'upload-expired', 'not-pending', 'upload-is-live'],
  }),
  liftHold: endpoint({
    id: 'liftHold',
    method: 'POST',
    path: '/v1/uploads/:id/lift-hold',
    by: 'manager',
    tag,
    summary: 'Let the owner restore a picture that an operator withdrew',
    description:
      'It stays withdrawn. An operator who restores it lifts the hold too; nobody lifts one on their own picture. ' +
      ifMatch,
    params: IdParams,
    headers: SeenUploadHeaders,
    answers: { 200: json(Upload, 'The upload, which its owner may restore.') },
    problems: ['upload-not-found', 'stale'],
  }),
  follow: endpoint({
    id: 'followUpload',
    method: 'GET',
    path: '/v1/uploads/:id/events',
    by: 'optional',
    scope: 'uploads:read',
    tag,
    crossOrigin: 'cookies',
    summary: 'Follow an upload by server-sent events',
    description:
      'Events: `pending`, `preview`, `confirmed`, `published`, `failed`, `discarded`, `expired`, `superseded`, ' +
      '`withdrawn`, `erased`; the data of each is the upload as JSON. The stream ends with the event that settles the ' +
      'upload, and with the access token: connect again with `Last-Event-ID`, and what was missed is sent first. It ' +
      'opens with an access token, with the cookie of a session kept in cookies, or with a ticket. One person may ' +
      'follow 20 streams at once; one more is 429 `rate-limited`.',
    params: IdParams,
    query: EventsQuery,
    headers: z.object({ 'last-event-id': LastEventId }),
    answers: {
      200: { description: 'The stream.', types: ['text/event-stream'] },
      204: empty('The upload is settled and nothing was missed: do not connect again.'),
    },
    problems: ['upload-not-found', 'rate-limited'],
  }),
  issueTicket: endpoint({
    id: 'issueEventTicket',
    method: 'POST',
    path: '/v1/uploads/:id/events/ticket',
    by: 'user',
    scope: 'uploads:read',
    tag,
    summary: 'Get a ticket with which EventSource can follow an upload',
    description:
      'It opens the events of this upload alone, for one minute. The stream ends with the access token that got the ' +
      'ticket. A browser that reconnects later than a minute is answered 401 and needs another ticket.',
    params: IdParams,
    answers: { 201: json(EventTicket, 'The ticket, and the address it opens.') },
    problems: ['upload-not-found'],
  }),
} as const
