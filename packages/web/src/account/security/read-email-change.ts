import { call } from '@likeness/client'
import { queryOptions } from '@tanstack/react-query'
import { client } from '../../api/likeness.js'

/** What ends a change of address: it is done or stopped, or a new password closed its links. */
const ends: readonly string[] = [
  'email-changed',
  'email-change-stopped',
  'password-changed',
  'password-reset',
]

/** The last change of address that was asked for and did not end since: when, and the masked address; else null. */
export const readEmailChange = (userId: string) =>
  queryOptions({
    queryKey: ['email-change', userId],
    staleTime: 0,
    queryFn: async ({ signal }): Promise<{ at: string; to: string } | null> => {
      const activity = (query: { type?: 'email-change-requested'; from?: string; limit: number }) =>
        call(client, 'GET /v1/me/activity', { query, signal })
      const [asked] = (await activity({ type: 'email-change-requested', limit: 1 })).body.items
      if (!asked) return null
      const since = (await activity({ from: asked.at, limit: 100 })).body.items
      const to = asked.details.to
      if (typeof to !== 'string' || since.some(({ type }) => ends.includes(type))) return null
      return { at: asked.at, to }
    },
  })
