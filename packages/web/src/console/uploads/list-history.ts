import { operators } from '@likeness/client'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client } from '../../api/likeness.js'
import { queryOf } from './history-filters.js'

/** Every page of the list, for refreshing after an act. */
export const historyKey = ['history'] as const

/** Rows of a page: few enough for the browser, many enough to look through. */
const PAGE = 50

/** One page of the uploads that the address asks for. */
export function listHistory(params: URLSearchParams) {
  const query = { ...queryOf(params), cursor: params.get('cursor') ?? undefined, limit: PAGE }
  return queryOptions({
    queryKey: [...historyKey, query],
    queryFn: async ({ signal }) => {
      const found = await operators.history(client, query, { signal })
      // A page may be short although more match: it has looked at as many uploads as one request may.
      while (found.nextCursor !== null && found.items.length < PAGE) {
        const rest = { ...query, cursor: found.nextCursor, limit: PAGE - found.items.length }
        const { items, nextCursor } = await operators.history(client, rest, { signal })
        found.items.push(...items)
        found.nextCursor = nextCursor
      }
      return found
    },
    placeholderData: keepPreviousData,
    // Pages that were left are not kept: thousands may be paged through.
    gcTime: 60_000,
  })
}
