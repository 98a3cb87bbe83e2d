import { call } from '@likeness/client'
import { client } from '../../api/likeness.js'

/** Gives up a change of address: its links stop working. @throws LikenessError */
export const dropEmailChange = () => call(client, 'DELETE /v1/me/email')
