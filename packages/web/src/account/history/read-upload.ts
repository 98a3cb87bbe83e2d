import { uploads } from '@likeness/client'
import { queryOptions } from '@tanstack/react-query'
import { client } from '../../api/likeness.js'

/** One upload, as it is now. */
export const readUpload = (id: string) =>
  queryOptions({
    queryKey: ['uploads', 'one', id],
    queryFn: ({ signal }) => uploads.readOne(client, id, { signal }),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.status === 'confirmed' ? 1500 : false),
  })
