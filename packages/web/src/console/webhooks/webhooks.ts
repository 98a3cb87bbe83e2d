import { call, pages, type Webhook, type WebhookEventType } from '@likeness/client'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { client } from '../../api/likeness.js'

export const webhooksKey = ['webhooks'] as const

export const eventTypes = [
  'upload.staged',
  'upload.confirmed',
  'upload.rejected',
  'upload.expired',
  'avatar.published',
  'avatar.restored',
  'avatar.withdrawn',
  'avatar.erased',
  'person.erased',
] as const satisfies readonly WebhookEventType[]

/** Webhooks, the newest first; more than a hundred are paged through. */
export const listWebhooks = (cursor: string | undefined) =>
  queryOptions({
    queryKey: [...webhooksKey, 'list', cursor],
    queryFn: async ({ signal }) =>
      (await call(client, 'GET /v1/webhooks', { query: { limit: 100, cursor }, signal })).body,
  })

export const readWebhook = (id: string) =>
  queryOptions({
    queryKey: [...webhooksKey, id],
    queryFn: async ({ signal }) =>
      (await call(client, 'GET /v1/webhooks/:id', { params: { id }, signal })).body,
    // What is sent changes it by itself.
    refetchInterval: 5_000,
  })

/** What a webhook was sent, the newest first, page by page. */
export const listDeliveries = (id: string) =>
  infiniteQueryOptions({
    queryKey: [...webhooksKey, id, 'deliveries'],
    queryFn: async ({ signal, pageParam }) =>
      (
        await call(client, 'GET /v1/webhooks/:id/deliveries', {
          params: { id },
          query: { limit: 20, cursor: pageParam },
          signal,
        })
      ).body,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  })

/** How many deliveries of events since a moment were given up. @param from RFC 3339 */
export async function countFailed(id: string, from: string): Promise<number> {
  let count = 0
  const read = async (cursor: { cursor?: string | undefined }) => {
    const query = { state: 'failed', limit: 100, ...cursor } as const
    return (await call(client, 'GET /v1/webhooks/:id/deliveries', { params: { id }, query })).body
  }
  // The newest come first.
  for await (const { payload } of pages(read)) {
    if (Date.parse(payload.timestamp) < Date.parse(from)) break
    count += 1
  }
  return count
}

/** What the form of a webhook says. */
export const givenOf = (entries: Readonly<Record<string, string>>) => {
  const events = eventTypes.filter((type) => entries[type] !== undefined)
  return {
    url: entries.url ?? '',
    description: entries.description ?? '',
    events: events.length === 0 || events.length === eventTypes.length ? null : events,
  }
}

export const isTold = ({ events }: Pick<Webhook, 'events'>, type: WebhookEventType): boolean =>
  events === null || events.includes(type)
