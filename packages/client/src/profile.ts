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

/** `(client, query?, options?)`: one page of the devices one is logged in on. @throws LikenessError `invalid-cursor` */
export const devices = /* @__PURE__ */ listing('GET /v1/sessions')

/** `(client, id, options?)`: logs a device out, by the id of its session. @throws LikenessError `session-not-found` */
export const logOutDevice = /* @__PURE__ */ readingOne('DELETE /v1/sessions/:id')

/**
 * `(client, body, options?)`: changes the password; every other session ends.
 * @throws LikenessError `wrong-password`, `weak-password` with what it lacks, `rate-limited`
 */
export const changePassword = /* @__PURE__ */ sending('PUT /v1/me/password')

/**
 * `(client, body, options?)`: changes the e-mail address, once the link sent to the new one is opened.
 * @throws LikenessError `wrong-password`, `email-taken`, `rate-limited`
 */
export const changeEmail = /* @__PURE__ */ sending('PUT /v1/me/email')

/** `(client, options?)`: everything that is kept about oneself, as a ZIP. @throws LikenessError `rate-limited` */
export const exportAll = /* @__PURE__ */ reading('GET /v1/me/export')

/**
 * `(client, { password }, options?)`: closes one's account at once, and has all it owns erased; the answer says where to
 * see how far that is.
 * @throws LikenessError `wrong-password`, `last-admin`, `rate-limited`
 */
export const close = /* @__PURE__ */ sending('DELETE /v1/me')
