import { call, type UpkeepTask } from '@likeness/client'
import { queryOptions } from '@tanstack/react-query'
import { client } from '../../api/likeness.js'
import type { Service } from '../ui/services.js'

export type Task = UpkeepTask & { readonly service: Service }

export const upkeepKey = ['upkeep'] as const

/** The tasks of a service, read again each second while one of them runs, and whether its inbox can be read. */
export const listUpkeep = (service: Service) =>
  queryOptions({
    queryKey: [...upkeepKey, service],
    queryFn: async ({ signal }): Promise<{ tasks: Task[]; hasInbox: boolean }> => {
      const { body } =
        service === 'media'
          ? await call(client, 'GET /v1/upkeep', { signal })
          : await call(client, 'GET /v1/admin/upkeep', { signal })
      const tasks = body.items.map((task) => ({ ...task, service }))
      return { tasks, hasInbox: 'inbox' in body && body.inbox }
    },
    refetchInterval: ({ state }) => (state.data?.tasks.some(isUnderWay) ? 1_000 : 15_000),
  })

export const isUnderWay = ({ isRunning, lastRun }: UpkeepTask): boolean =>
  isRunning || lastRun?.status === 'waiting' || lastRun?.status === 'running'

/** Has a worker run a task now. @param dryRun it only counts */
export const runTask = async ({ service, name }: Pick<Task, 'service' | 'name'>, dryRun: boolean) => {
  const input = { params: { task: name }, query: dryRun ? ({ dryRun: 'true' } as const) : {} }
  return service === 'media'
    ? (await call(client, 'POST /v1/upkeep/:task', input)).body
    : (await call(client, 'POST /v1/admin/upkeep/:task', input)).body
}

/** The newest runs of a task. */
export const readTask = ({ service, name }: Pick<Task, 'service' | 'name'>) =>
  queryOptions({
    queryKey: [...upkeepKey, service, name],
    queryFn: async ({ signal }) => {
      const input = { params: { task: name }, signal }
      return service === 'media'
        ? (await call(client, 'GET /v1/upkeep/:task', input)).body
        : (await call(client, 'GET /v1/admin/upkeep/:task', input)).body
    },
    refetchInterval: ({ state }) =>
      state.data?.runs.some(({ status }) => status === 'waiting' || status === 'running') ? 1_000 : false,
  })
