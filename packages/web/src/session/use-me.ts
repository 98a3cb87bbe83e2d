import { useQuery } from '@tanstack/react-query'
import { readMe } from './accounts.js'

/** The query key of a user; without an id, of all users. */
export const meKey = (...userId: [] | [string]) => ['me', ...userId]

/** The signed-in user, with profile and avatar. */
export function useMe(userId: string) {
  return useQuery({
    queryKey: meKey(userId),
    queryFn: ({ signal }) => readMe(signal),
    // The link that verifies their address opens in another tab.
    refetchOnWindowFocus: ({ state }) => (state.data?.emailVerification === 'sent' ? 'always' : true),
  })
}
