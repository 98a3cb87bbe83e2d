import { call, type FailureGroup, operators } from '@likeness/client'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client } from '../../api/likeness.js'

/** What groups failures: the step, the cause, and whether it is over. */
export type About = Pick<FailureGroup, 'step' | 'cause' | 'state'>

export const failuresKey = ['failures'] as const

/** Every cause for which something waits or ended. */
export const listFailures = () =>
  queryOptions({
    queryKey: failuresKey,
    queryFn: ({ signal }) => operators.failures(client, {}, { signal }),
    refetchInterval: 15_000,
  })

/** One page of what waits or ended for one cause, the oldest first. */
export const listItems = (about: About, cursor: string | undefined) =>
  queryOptions({
    queryKey: [...failuresKey, about, cursor],
    queryFn: async ({ signal }) =>
      (await call(client, 'GET /v1/failures/items', { query: { ...about, cursor, limit: 50 }, signal })).body,
    placeholderData: keepPreviousData,
  })

const steps = ['import', 'prepare', 'publish', 'withdraw', 'describe', 'tell', 'erase'] as const

/** The group that the address names. */
export function aboutOf(params: URLSearchParams): About | undefined {
  const step = steps.find((one) => one === params.get('step'))
  const cause = params.get('cause')
  if (step === undefined || cause === null) return undefined
  return { step, cause, state: params.get('state') === 'ended' ? 'ended' : 'waiting' }
}
