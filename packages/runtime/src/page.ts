import { commonProblems, type PageQuery } from '@likeness/contracts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { callerOf } from './caller.js'
import type { Cursors } from './cursor.js'
import { problemsOf } from './problem.js'

const problem = problemsOf(commonProblems)

/** One page of a list, as a request asks for it. */
export type Page = {
  /** The place the page before ended with: an id, or what the list calls one; undefined for the first page. */
  readonly after: string | undefined
  /** How many rows to query: one more than are shown, so that the last page is known as such. */
  readonly rows: number
  /**
   * The answer, and its `Link: …; rel="next"` (RFC 8288): the same request with the next cursor, which carries the `place`
   * of the last row, or its id in a list that is sorted by that.
   */
  answer<Row extends { readonly id: string; readonly place?: string }, Item>(
    reply: FastifyReply,
    rows: readonly Row[],
    view: (shown: readonly Row[]) => Item[] | Promise<Item[]>,
  ): Promise<Answer<Item>>
  /** The answer of a list that was looked through up to a place, be the page full or not. @param rest no more without it */
  answerUpTo<Item>(reply: FastifyReply, items: Item[], rest: string | undefined): Answer<Item>
}
type Answer<Item> = { items: Item[]; nextCursor: string | null }

/**
 * Reads `?limit=&cursor=` of a list behind a guard. A cursor continues the list it came from: the same service,
 * route, caller and filter; only the limit may differ.
 * @throws Problem `invalid-cursor`
 */
export function openPage(request: FastifyRequest, query: PageQuery, cursors: Cursors): Page {
  const { limit, cursor } = query
  const list = listOf(request, query)
  const after = cursor === undefined ? undefined : cursors.open(cursor, list)
  if (cursor !== undefined && after === undefined) throw problem('invalid-cursor')
  const answerUpTo: Page['answerUpTo'] = (reply, items, rest) => {
    if (rest === undefined) return { items, nextCursor: null }
    const nextCursor = cursors.seal(rest, list)
    const [path = '', given = ''] = request.url.split('?', 2)
    const parameters = new URLSearchParams(given)
    parameters.set('cursor', nextCursor)
    reply.header('link', `<${path}?${parameters.toString()}>; rel="next"`)
    return { items, nextCursor }
  }
  return {
    after,
    rows: limit + 1,
    answerUpTo,
    async answer(reply, rows, view) {
      const shown = rows.slice(0, limit)
      const last = rows.length > limit ? shown.at(-1) : undefined
      return answerUpTo(reply, await view(shown), last && (last.place ?? last.id))
    },
  }
}

/** Names a list by all that decides what is in it. */
function listOf(request: FastifyRequest, query: PageQuery): string {
  const { limit: _, cursor: __, ...filter } = query
  const sorted = (of: object) => Object.entries(of).sort(([a], [b]) => (a < b ? -1 : 1))
  const { params, routeOptions } = request
  return JSON.stringify([routeOptions.url, callerOf(request).id, sorted(params as object), sorted(filter)])
}
