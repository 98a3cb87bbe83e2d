import { operators } from '@likeness/client'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext } from 'react'
import { client } from '../../api/likeness.js'

/** Ids of one request; the server takes no more. */
const MOST = 100

const Names = createContext<ReadonlyMap<string, string>>(new Map())

/** The username of someone, where it is known. */
export const useName = (id: string): string | undefined => useContext(Names).get(id)

/** Gives the usernames of these people to what is inside, all by one request. Until it is answered, ids stand for them. */
export function NamesOf({ ids, children }: { ids: readonly string[]; children: ReactNode }) {
  const wanted = [...new Set(ids)].sort().slice(0, MOST)
  const { data } = useQuery({
    queryKey: ['names', wanted],
    queryFn: async ({ signal }) => {
      const { items } = await operators.users(client, { ids: wanted.join(), limit: MOST }, { signal })
      return new Map(items.map(({ id, username }) => [id, username]))
    },
    enabled: wanted.length > 0,
    placeholderData: keepPreviousData,
    staleTime: 300_000,
  })
  const around = useContext(Names)
  return <Names value={data ? new Map([...around, ...data]) : around}>{children}</Names>
}
