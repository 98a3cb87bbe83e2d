import type { z } from 'zod'
import { Id } from './common.js'
import { ProfileAvatar } from './users.js'

/**
 * `PUT /internal/users/:id/avatar`, media → accounts: applied only when `version` is newer than the one
 * the profile has, so it may be repeated and may arrive in any order. 204 either way; 404 `user-not-found`
 * for a user who is gone.
 */
export const SetAvatar = ProfileAvatar.extend({ uploadId: Id }).meta({ id: 'SetAvatar' })
export type SetAvatar = z.output<typeof SetAvatar>
