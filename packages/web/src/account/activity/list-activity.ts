import { profile } from '@likeness/client'
import { queryOptions } from '@tanstack/react-query'
import { client } from '../../api/likeness.js'

/** A page of what happened on one's account, the newest first. */
export const listActivity = (cursor: string | undefined) =>
  queryOptions({
    queryKey: ['activity', cursor],
    queryFn: ({ signal }) => profile.activity(client, { cursor, limit: 30 }, { signal }),
    staleTime: 0,
  })
