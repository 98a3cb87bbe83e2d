import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Cursors, Position } from './cursor.js'

/**
 * The answer of a list, and its `Link: …; rel="next"` (RFC 8288): the same request with the next cursor.
 * @param page `rows` as queried with a limit of one more than `limit`, so the last page is known as such
 */
export function answerPage<Row extends Position, Item>(
  request: FastifyRequest,
  reply: FastifyReply,
  cursors: Cursors,
  page: { rows: readonly Row[]; limit: number; view: (row: Row) => Item },
): { items: Item[]; nextCursor: string | null } {
  const rows = page.rows.slice(0, page.limit)
  const last = rows.at(-1)
  const nextCursor = last !== undefined && page.rows.length > page.limit ? cursors.seal(last) : null
  if (nextCursor !== null) {
    const [path = '', query = ''] = request.url.split('?', 2)
    const parameters = new URLSearchParams(query)
    parameters.set('cursor', nextCursor)
    reply.header('link', `<${path}?${parameters.toString()}>; rel="next"`)
  }
  return { items: rows.map(page.view), nextCursor }
}
