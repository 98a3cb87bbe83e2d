import { call, operators, type TakeDownList } from '@likeness/client'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client } from '../../api/likeness.js'

/** What the address of the page asks for. */
export type Wanted = {
  readonly address: string
  readonly alike: number | undefined
  readonly block: boolean
}

/** What take-downs leave: the list of them, and the deny-list. */
export const moderationKey = ['moderation'] as const

export const usesKey = ['uses'] as const

export const wantedOf = (params: URLSearchParams): Wanted | undefined => {
  const address = params.get('address')
  if (!address) return undefined
  const alike = params.get('alike')
  return { address, alike: alike === null ? undefined : Number(alike), block: params.has('block') }
}

/** One page of every use of a picture, the most alike first. */
export const findUses = (wanted: Wanted, cursor: string | undefined) =>
  queryOptions({
    queryKey: [...usesKey, wanted, cursor],
    queryFn: async ({ signal }) => {
      const query = { dryRun: 'true', limit: 50, cursor } as const
      return (await call(client, 'POST /v1/takedowns', { query, body: wanted, signal })).body as TakeDownList
    },
    placeholderData: keepPreviousData,
    // What is acted on is what is seen: it is read again when someone asks for it, and not by itself.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  })

/** How each use of the picture is now, after it was taken down. */
export const readOutcome = (uploadId: string, alike: number | null, takedownId: string) =>
  queryOptions({
    queryKey: ['outcome', takedownId],
    queryFn: async ({ signal }) => {
      const takedown = (await call(client, 'GET /v1/takedowns/:id', { params: { id: takedownId }, signal }))
        .body
      const body = { uploadId, ...(alike !== null && { alike }) }
      return { takedown, uses: (await operators.findUses(client, body, { signal })).items }
    },
    // A job goes on with what the request left.
    refetchInterval: ({ state }) => (state.data?.takedown.finishedAt === null ? 1_000 : false),
  })
