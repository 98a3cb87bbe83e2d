import { call, type StartedErasure } from '@likeness/client'
import { client } from '../../api/likeness.js'

/** Closes the account at once, and begins to erase all it owns. @throws LikenessError `wrong-password`, `last-admin` */
export const closeAccount = async (password: string): Promise<StartedErasure> =>
  (await call(client, 'DELETE /v1/me', { body: { password } })).body
