import { call, type Me } from '@likeness/client'
import { queryOptions } from '@tanstack/react-query'
import { client } from '../../api/likeness.js'

/** Oneself, and the tag of that version. */
export type SeenProfile = { readonly me: Me; readonly tag: string | undefined }

/** What an edit begins with: a change names the tag, so that it never overwrites what was not seen. */
export const readProfile = (userId: string) =>
  queryOptions({
    queryKey: ['profile', userId],
    queryFn: async ({ signal }): Promise<SeenProfile> => seenIn(await call(client, 'GET /v1/me', { signal })),
    staleTime: 0,
  })

/** The profile in an answer. */
export const seenIn = ({ body, headers }: { body: Me; headers: Headers }): SeenProfile => ({
  me: body,
  tag: headers.get('etag') ?? undefined,
})
