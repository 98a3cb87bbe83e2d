import { call, type Endpoints } from '@likeness/client'
import { queryOptions } from '@tanstack/react-query'
import { client } from '../../api/likeness.js'
import type { Service } from '../ui/services.js'

export type Queue = Endpoints['GET /v1/queues']['answer']['items'][number]
export type QueuedJob = Endpoints['GET /v1/queues/:kind']['answer']['items'][number]

/** In the order in which a job goes through them. */
export const jobStates = ['waiting', 'active', 'delayed', 'failed'] as const
export type JobState = (typeof jobStates)[number]

/** The queues of a service, read again every few seconds. */
export const listQueues = (service: Service) =>
  queryOptions({
    queryKey: ['queues', service],
    queryFn: async ({ signal }) =>
      service === 'media'
        ? (await call(client, 'GET /v1/queues', { signal })).body.items
        : (await call(client, 'GET /v1/admin/queues', { signal })).body.items,
    refetchInterval: 5_000,
  })

/** How many jobs of a queue are listed. */
export const MOST_JOBS = 50

/** The first jobs of a queue in one state, as often. */
export const listJobs = (service: Service, kind: Queue['kind'], state: JobState) =>
  queryOptions({
    queryKey: ['queues', service, kind, state],
    queryFn: async ({ signal }) => {
      const input = { params: { kind }, query: { state, limit: MOST_JOBS }, signal }
      return service === 'media'
        ? (await call(client, 'GET /v1/queues/:kind', input)).body.items
        : (await call(client, 'GET /v1/admin/queues/:kind', input)).body.items
    },
    refetchInterval: 5_000,
  })
