import type { ConfirmUpload, Crop, Upload } from './api.js'
import { type CallOptions, call, read } from './call.js'
import type { Client } from './client.js'
import { followUntil } from './follow.js'
import { actingOn, listing, readingOne } from './functions.js'
import { newKey } from './key.js'
import type { RetryOptions } from './retry.js'
import { type OnProgress, sendBytes } from './send-bytes.js'
import { sendDirect } from './send-direct.js'

export { follow } from './follow.js'

export type SendOptions = CallOptions & {
  /** Called with the share that has been sent, 0 to 1; from 0 again when it is tried again. */
  onProgress?: OnProgress | undefined
  /** By default that of a `File`. */
  filename?: string | undefined
  /** Whose it becomes, by managers and admins only; by default the caller's. */
  userId?: string | undefined
  /** `oldest`: discard the oldest pending upload when the limit of pending ones is reached. */
  replace?: 'oldest' | undefined
  /**
   * Straight to the storage where the server offers it, else through the server. A page needs its origin in the CORS
   * rules of the bucket, and https.
   */
  direct?: boolean | undefined
}

/**
 * Step one: sends a picture, which then waits to be confirmed. It is stored once, however often it is tried.
 * When it is aborted, nothing is left on the server.
 * @param file JPEG, PNG, WebP, GIF, AVIF, HEIC or BMP; in Node of `fs.openAsBlob`
 * @throws LikenessError `image-too-large`, `unsupported-image`, `invalid-image`, `image-too-small`, `too-many-pixels`,
 * `blocked-image`, `too-many-pending`, `quota-exceeded`, `rate-limited`, `storage-full`, `upload-too-slow` and others;
 * the signal's reason when it is aborted
 */
export async function send(client: Client, file: Blob, options: SendOptions = {}): Promise<Upload> {
  const { onProgress, userId, replace, direct, signal } = options
  const name = options.filename ?? (file as Partial<File>).name
  const key = options.key ?? newKey()
  const query = { userId, replace }
  const rest = { ...options, key }
  const upload =
    (direct && (await sendDirect(client, file, { ...rest, name, query }))) ||
    (await read(client, 'POST /v1/uploads', {
      ...rest,
      query: { filename: name, ...query },
      body: file,
      isRepeatable: true,
      transport: sendBytes(onProgress),
    }))
  if (signal?.aborted) {
    // It was aborted after the last byte had left.
    await discard(client, upload.id)
    throw signal.reason
  }
  return upload
}

/**
 * Waits until the preview of a pending upload is made, which takes a moment, and answers the upload with it: upright,
 * without metadata, at most 1024 pixels. An `<img>` may show `previewUrl` for ten minutes. A crop is in pixels of `width`
 * × `height`, not of the preview.
 * @throws LikenessError `upload-rejected` when it does not decode, `upload-expired`, `upload-discarded`,
 * `upload-not-found`; the signal's reason when it is aborted
 */
export const preview = (client: Client, id: string, options: RetryOptions = {}): Promise<Previewed> =>
  followUntil(client, id, options, ({ previewUrl }) => previewUrl !== null) as Promise<Previewed>

type Previewed = Upload & { previewUrl: string }

/**
 * `(client, id, options?)`: the bytes of a preview that is made, as WebP: for a page that keeps them longer than `previewUrl` is good for.
 * @throws LikenessError `preview-not-ready`, `upload-not-found` and those of an upload that has ended
 */
export const readPreview = /* @__PURE__ */ readingOne('GET /v1/uploads/:id/preview')

/**
 * The ETag with which the upload was read, by `call(client, 'GET /v1/uploads/:id', …)`: the act is done to it alone, else
 * it is `stale`.
 */
export type SeenUpload = { etag?: string | undefined }

export type ConfirmOptions = CallOptions & ConfirmUpload

/**
 * Step two: makes a pending upload the avatar, and waits until it is. The same confirmation may be repeated.
 * @param options `crop`: a square in whole pixels of the upright picture, by default the centred one; `altText`: what is
 * read to people who cannot see it, at most 1000 characters; `sha256`: refuses other bytes than those that were shown
 * @throws LikenessError `invalid-crop`, `already-confirmed` with another crop or text, `sha256-mismatch`,
 * `upload-expired`, `upload-discarded`, `upload-rejected`, `upload-failed`, `upload-not-found`; the signal's reason when it is aborted,
 * which does not take the confirmation back
 */
export const confirm = (
  client: Client,
  id: string,
  { crop, altText, sha256, ...options }: ConfirmOptions = {},
): Promise<Upload> => decide(client, 'POST /v1/uploads/:id/confirm', id, { crop, altText, sha256 }, options)

/**
 * Makes an earlier picture the avatar again, and waits until it is.
 * @param options `crop`: renders the kept original anew with this square, as another upload, which is the one answered;
 * `etag` of what was seen
 * @throws LikenessError `stale` when it has changed since, `not-restorable`, `original-not-kept`, `withdrawn-by-operator`, `invalid-crop`,
 * `upload-not-found` and others; the signal's reason when it is aborted, which does not take the restoration back
 */
export const restore = (
  client: Client,
  id: string,
  { crop, etag, ...options }: CallOptions & SeenUpload & { crop?: Crop | undefined } = {},
): Promise<Upload> => decide(client, 'POST /v1/uploads/:id/restore', id, { crop }, options, etag)

/** Both are carried out once; their answer waits up to ten seconds, and this as long as it takes. */
async function decide(
  client: Client,
  route: `POST /v1/uploads/:id/${'confirm' | 'restore'}`,
  id: string,
  body: ConfirmUpload,
  options: CallOptions,
  etag?: string,
): Promise<Upload> {
  const upload = await read(client, route, {
    ...options,
    params: { id },
    // Only a restoration has the latter.
    headers: { prefer: 'wait=10', 'if-match': etag } as { prefer: string },
    body,
    isRepeatable: true,
  })
  return untilLive(client, upload, options)
}

/**
 * Waits until an upload that is confirmed is the avatar, such as one that was confirmed before the page was loaded again.
 * @throws LikenessError as `confirm`
 */
export async function untilLive(client: Client, upload: Upload, options: RetryOptions = {}): Promise<Upload> {
  return isLive(upload) ? upload : followUntil(client, upload.id, options, isLive)
}

/** Superseded: it was live, and then another picture was. */
const isLive = ({ status }: Upload): boolean => status === 'published' || status === 'superseded'

/** `(client, id, options?)`: reads one upload. @throws LikenessError `upload-not-found` */
export const readOne = /* @__PURE__ */ readingOne('GET /v1/uploads/:id')

/**
 * `(client, query?, options?)`: one page of one's own uploads, the newest first: the history of the avatar. `limit` is 1
 * to 100, by default 20; `cursor` is `nextCursor` of the page before; `userId` by managers only.
 * @throws LikenessError `invalid-cursor`, `forbidden`
 */
export const list = /* @__PURE__ */ listing('GET /v1/uploads')

/**
 * What was sent and not finished, for a page that is loaded again: the newest upload that waits to be confirmed, else
 * one that is on its way to be the avatar; and how many bytes an upload may have, where the server says so.
 */
export async function unfinished(
  client: Client,
  options: RetryOptions = {},
): Promise<{ upload: Upload | undefined; limit: number | undefined }> {
  const newest = (status: Upload['status']) =>
    call(client, 'GET /v1/uploads', { query: { status, limit: 1 }, ...options })
  const [pending, confirmed] = await Promise.all([newest('pending'), newest('confirmed')])
  const limit = /\bmax-size=(\d+)/.exec(pending.headers.get('upload-limit') ?? '')
  return {
    upload: pending.body.items[0] ?? confirmed.body.items[0],
    limit: limit ? Number(limit[1]) : undefined,
  }
}

/**
 * `(client, id, options?)`: discards a pending upload, or erases a past one from the history. Doing so again is no error.
 * @param options `etag` of what was seen
 * @throws LikenessError `stale` when it has changed since, `upload-is-live`, `not-pending` while it is on its way to be
 * the avatar, `upload-expired`, `upload-not-found`
 */
export const discard = /* @__PURE__ */ actingOn('DELETE /v1/uploads/:id')
