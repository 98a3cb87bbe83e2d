import type { Cursors } from '@likeness/runtime'
import { problem } from '../problems.js'

/**
 * The id that the last page ended with.
 * @throws Problem `invalid-cursor` when the cursor is not one of ours
 */
export function openCursor(cursors: Cursors, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined
  const position = cursors.open(cursor)
  if (!position) throw problem('invalid-cursor')
  return position.id
}
