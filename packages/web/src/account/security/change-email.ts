import { type ChangeEmail, call } from '@likeness/client'
import { client } from '../../api/likeness.js'

/** Asks for another address, which counts once its link is opened. @throws LikenessError `wrong-password`, `email-taken` */
export const changeEmail = (body: ChangeEmail) => call(client, 'PUT /v1/me/email', { body })
