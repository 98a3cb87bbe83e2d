import { profile } from '@likeness/client'
import { useQuery } from '@tanstack/react-query'
import { client } from '../api/likeness.js'

/** The query key of a user; without an id, of all users. */
export const meKey = (...userId: [] | [string]) => ['me', ...userId]

/**
 * The signed-in user, with profile and avatar.
 * @param options `withdrawn`: a version of the avatar that was taken away. The profile has followed by then, unless the
 * accounts service was away: it is asked again until it has
 */
export function useMe(userId: string, { withdrawn }: { withdrawn?: number | undefined } = {}) {
  return useQuery({
    queryKey: meKey(userId),
    queryFn: ({ signal }) => profile.readMe(client, { signal }),
    refetchInterval: ({ state }) =>
      withdrawn !== undefined && state.data?.avatar?.version === withdrawn ? 2_000 : false,
    // The link that verifies their address opens in another tab.
    refetchOnWindowFocus: ({ state }) => (state.data?.emailVerification === 'sent' ? 'always' : true),
  })
}
