import { type ChangePassword, call } from '@likeness/client'
import { client } from '../../api/likeness.js'

/** @throws LikenessError `wrong-password`, `weak-password`, `rate-limited` */
export const changePassword = (body: ChangePassword) => call(client, 'PUT /v1/me/password', { body })
