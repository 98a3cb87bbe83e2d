import type { Endpoints, TakeDownList, Takedown } from './api.js'
import { type CallOptions, read } from './call.js'
import type { Client } from './client.js'
import { actingOn, actingOnWith, listing, reading, readingOne, sending } from './functions.js'
import type { RetryOptions } from './retry.js'

// What managers and administrators do. Anyone else is refused: `forbidden`.

/**
 * `(client, query?, options?)`: one page of the uploads of everyone, erased ones included, the newest first unless `sort`
 * says otherwise. `limit` is 1 to 100, by default 20; times are RFC 3339 in UTC.
 * @throws LikenessError `forbidden`, `invalid-cursor`, `validation-failed`
 */
export const history = /* @__PURE__ */ listing('GET /v1/history')

/** One page of what happened to an upload, first things first. @throws LikenessError `upload-not-found`, `forbidden` */
export const trail = (
  client: Client,
  uploadId: string,
  query: { limit?: number; cursor?: string } = {},
  options: RetryOptions = {},
): Promise<Endpoints['GET /v1/history/:uploadId/events']['answer']> =>
  read(client, 'GET /v1/history/:uploadId/events', { params: { uploadId }, query, ...options })

/** `(client, query?, options?)`: one page of what changed no upload: who read what of whom. @throws LikenessError `forbidden`, `invalid-cursor` */
export const audit = /* @__PURE__ */ listing('GET /v1/audit')

/** `(client, query?, options?)`: counts and times of a range, and what there is now. @throws LikenessError `too-many-buckets`, `forbidden` */
export const stats = /* @__PURE__ */ listing('GET /v1/stats')

/** `(client, query?, options?)`: what failed or waits too long, by step and cause. @throws LikenessError `forbidden` */
export const failures = /* @__PURE__ */ listing('GET /v1/failures')

/**
 * `(client, body, options?)`: tries again at once what waits: one upload, or all of one step and cause.
 * @throws LikenessError `nothing-waits`, `upload-not-found`, `forbidden`
 */
export const retryFailures = /* @__PURE__ */ sending('POST /v1/failures/retry')

/** `(client, options?)`: the tasks of upkeep of media, with their schedules and last runs. @throws LikenessError `forbidden` */
export const upkeep = /* @__PURE__ */ reading('GET /v1/upkeep')

/**
 * Runs a task of upkeep now, by administrators.
 * @param options `dryRun`: changes nothing, only counts
 * @throws LikenessError `task-not-found`, `task-is-running`, `forbidden`
 */
export const runUpkeep = (
  client: Client,
  task: string,
  { dryRun, ...options }: CallOptions & { dryRun?: boolean | undefined } = {},
): Promise<Endpoints['POST /v1/upkeep/:task']['answer']> =>
  read(client, 'POST /v1/upkeep/:task', {
    params: { task },
    query: { dryRun: dryRun ? 'true' : undefined },
    ...options,
  })

/**
 * `(client, id, body, options?)`: refuses a pending upload; its owner is told the reason.
 * @param options `etag` of what was seen
 * @throws LikenessError `stale` when it has changed since, `upload-not-found`, `not-pending`, `sha256-mismatch`, `forbidden`
 */
export const refuse = /* @__PURE__ */ actingOnWith('POST /v1/uploads/:id/refuse')

/**
 * `(client, id, options?)`: lets the owner of a picture that an operator withdrew restore it.
 * @param options `etag` of what was seen
 * @throws LikenessError `stale` when it has changed since, `upload-not-found`, `forbidden`
 */
export const liftHold = /* @__PURE__ */ actingOn('POST /v1/uploads/:id/lift-hold')

type Used = Endpoints['POST /v1/takedowns']['body']

/**
 * One page of every use of a picture, which `takeDown` would take down.
 * @throws LikenessError `foreign-address`, `not-a-picture-address`, `too-many-alike`, `upload-not-found`, `forbidden`
 */
export const findUses = (client: Client, body: Used, options: CallOptions = {}): Promise<TakeDownList> =>
  read(client, 'POST /v1/takedowns', {
    query: { dryRun: 'true' },
    body,
    ...options,
  }) as Promise<TakeDownList>

/**
 * `(client, body, options?)`: takes every use of a picture down, as `findUses` listed them: `seen` of that list is part of
 * the act.
 * @throws LikenessError `changed-meanwhile` when something listed has changed since, `nothing-to-take-down`, `forbidden`
 */
export const takeDown = /* @__PURE__ */ sending('POST /v1/takedowns') as (
  ...given: Parameters<typeof findUses>
) => Promise<Takedown>

/** `(client, query?, options?)`: one page of the users that match, the newest first. @throws LikenessError `forbidden`, `invalid-cursor` */
export const users = /* @__PURE__ */ listing('GET /v1/admin/users')

/** `(client, id, options?)`: everything that is kept about a user, but secrets. @throws LikenessError `user-not-found`, `forbidden` */
export const readUser = /* @__PURE__ */ readingOne('GET /v1/admin/users/:id')

/**
 * `(client, id, body, options?)`: changes the role, the group or the status of a user.
 * @param options `etag` with which the user was read, by `call(client, 'GET /v1/admin/users/:id', …)`
 * @throws LikenessError `stale` when something about them has changed since, `user-not-found`, `last-admin`, `forbidden`
 */
export const changeUser = /* @__PURE__ */ actingOnWith('PATCH /v1/admin/users/:id')

/**
 * `(client, id, body, options?)`: closes an account and erases all it owns, by administrators; the reason is kept.
 * @param options `etag` as for `changeUser`
 * @throws LikenessError `stale` when something about them has changed since, `user-not-found`, `own-account`, `forbidden`
 */
export const closeUser = /* @__PURE__ */ actingOnWith('DELETE /v1/admin/users/:id')
