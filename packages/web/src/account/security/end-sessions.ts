import { call, isProblem } from '@likeness/client'
import { client } from '../../api/likeness.js'

/** Logs one device out. One that is logged out already is as wished. @throws LikenessError */
export async function endSession(id: string): Promise<void> {
  try {
    await call(client, 'DELETE /v1/sessions/:id', { params: { id } })
  } catch (error) {
    if (!isProblem(error, 'session-not-found')) throw error
  }
}

/** Logs out every device but this one. @throws LikenessError */
export const endOtherSessions = () => call(client, 'DELETE /v1/sessions', { query: { except: 'current' } })
