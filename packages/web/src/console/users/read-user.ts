import { type AdminUser, call, operators } from '@likeness/client'
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client } from '../../api/likeness.js'

/** A user as they were read, with the tag that an act on them names. */
export type SeenUser = { readonly user: AdminUser; readonly etag: string }

export const usersKey = ['users'] as const
export const userKey = (id: string) => ['user', id] as const

export const filterNames = ['q', 'role', 'group', 'status'] as const

/** One page of the users that the address asks for. */
export function listUsers(params: URLSearchParams) {
  const query = {
    ...Object.fromEntries(
      filterNames.flatMap((name) => {
        const value = params.get(name)
        return value ? [[name, value]] : []
      }),
    ),
    cursor: params.get('cursor') ?? undefined,
    limit: 50,
  }
  return queryOptions({
    queryKey: [...usersKey, query],
    queryFn: ({ signal }) => operators.users(client, query, { signal }),
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  })
}

/** One user, with the tag of what is seen. */
export const readUser = (id: string) =>
  queryOptions({
    queryKey: userKey(id),
    queryFn: async ({ signal }): Promise<SeenUser> => {
      const { body, headers } = await call(client, 'GET /v1/admin/users/:id', { params: { id }, signal })
      return { user: body, etag: headers.get('etag') ?? '' }
    },
    staleTime: 5_000,
  })

/** What happened on someone's account, the newest first, page by page. */
export const listActivity = (id: string) =>
  infiniteQueryOptions({
    queryKey: [...userKey(id), 'activity'],
    queryFn: async ({ signal, pageParam }) =>
      (
        await call(client, 'GET /v1/admin/users/:id/activity', {
          params: { id },
          query: { limit: 20, cursor: pageParam },
          signal,
        })
      ).body,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  })
