import { uploads } from '@likeness/client'
import { queryOptions } from '@tanstack/react-query'
import { client } from '../../api/likeness.js'

/** A page of everything one has sent, the newest first. */
export const listUploads = (cursor: string | undefined) =>
  queryOptions({
    queryKey: ['uploads', 'list', cursor],
    queryFn: ({ signal }) => uploads.list(client, { cursor, limit: 24 }, { signal }),
    staleTime: 0,
    // What is being published changes by itself; a preview's address is good for ten minutes.
    refetchInterval: ({ state }) =>
      state.data?.items.some(({ status }) => status === 'confirmed') ? 1500 : 5 * 60_000,
  })
