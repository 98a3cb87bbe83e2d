import type { Endpoints } from '@likeness/client'

type HistoryQuery = NonNullable<Endpoints['GET /v1/history']['query']>

/** The filters of the list by their names in the address, which are those of the API; `user` is a username or an id. */
export const filterNames = [
  'q',
  'status',
  'failure',
  'format',
  'user',
  'from',
  'to',
  'sha256',
  'ip',
  'actorId',
] as const
export type FilterName = (typeof filterNames)[number]

const isId = (text: string) => /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i.test(text)

/** What the address asks the API for: the filters and the order, without the page. */
export function queryOf(params: URLSearchParams): HistoryQuery {
  const given = Object.fromEntries(
    filterNames.flatMap((name) => {
      const value = params.get(name)
      return value ? [[name === 'user' ? (isId(value) ? 'userId' : 'username') : name, value]] : []
    }),
  )
  const sort = params.get('sort')
  return sort ? { ...given, sort: sort as HistoryQuery['sort'] } : given
}

/** The filter that a fault of the API is about. */
export const filterOf = (path: string): string => (/^user(Id|name)$/.test(path) ? 'user' : path)

export const statuses = [
  'pending',
  'confirmed',
  'published',
  'superseded',
  'withdrawn',
  'discarded',
  'expired',
  'rejected',
  'failed',
  'erased',
] as const
export const formats = ['jpeg', 'png', 'webp', 'gif', 'avif', 'heic', 'bmp'] as const
