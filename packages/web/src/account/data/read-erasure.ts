import { call } from '@likeness/client'
import { queryOptions } from '@tanstack/react-query'
import { anonymous } from '../../api/likeness.js'

/** How far an erasure is; asked again until it is complete. */
export const readErasure = (id: string, token: string) =>
  queryOptions({
    queryKey: ['erasure', id],
    queryFn: async ({ signal }) =>
      (await call(anonymous, 'GET /v1/erasures/:id', { params: { id }, query: { token }, signal })).body,
    refetchInterval: ({ state }) => (state.data?.status === 'complete' ? false : 2000),
  })
