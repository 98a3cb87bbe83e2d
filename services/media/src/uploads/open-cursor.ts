import type { Cursors } from '@likeness/runtime'
import { problem } from '../problems.js'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const number = /^\d{1,15}$/

/**
 * The id of the row a page ended with; undefined for the first page.
 * @throws Problem invalid-cursor, also for one of another list whose ids are of another kind
 */
export function openCursor(
  cursors: Cursors,
  cursor: string | undefined,
  kind: 'uuid' | 'number' = 'uuid',
): string | undefined {
  if (cursor === undefined) return undefined
  const id = cursors.open(cursor)?.id
  if (id === undefined || !(kind === 'uuid' ? uuid : number).test(id)) throw problem('invalid-cursor')
  return id
}
