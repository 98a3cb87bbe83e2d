import { call } from '@likeness/client'
import { queryOptions } from '@tanstack/react-query'
import { client } from '../../api/likeness.js'

/** A page of the devices one is logged in on, the newest log-in first. */
export const listSessions = (cursor: string | undefined) =>
  queryOptions({
    queryKey: ['sessions', cursor],
    queryFn: async ({ signal }) =>
      (await call(client, 'GET /v1/sessions', { query: { cursor }, signal })).body,
    // Devices that were used meanwhile.
    staleTime: 0,
  })
