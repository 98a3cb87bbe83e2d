import { listing, reading, readingOne, sending } from './functions.js'

/** `(client, options?)`: oneself: the account, the profile and the avatar. */
export const readMe = /* @__PURE__ */ reading('GET /v1/me')

/**
 * `(client, patch, options?)`: changes oneself: what is named is changed, null clears it, and the rest stays.
 * @throws LikenessError `validation-failed` with every field at fault, `username-taken`
 */
export const change = /* @__PURE__ */ sending('PATCH /v1/me')

/** `(client, id, options?)`: the public part of anyone. @throws LikenessError `user-not-found` */
export const readUser = /* @__PURE__ */ readingOne('GET /v1/users/:id')

/** `(client, query?, options?)`: one page of what happened on one's account, the newest first. @throws LikenessError `invalid-cursor` */
export const activity = /* @__PURE__ */ listing('GET /v1/me/activity')
