import { differing, type Values } from './profile-values.js'

/** A field that was changed here and elsewhere, to two values. */
export type Conflict = {
  readonly path: string
  readonly mine: string | boolean
  readonly theirs: string | boolean
}

/**
 * Brings an edit on top of what was saved meanwhile: fields that only one side changed keep that change.
 * @param base what the edit began with
 * @returns the values with one's own where both changed a field, and those fields
 */
export function mergeEdits(
  base: Values,
  mine: Values,
  theirs: Values,
): { values: Values; conflicts: readonly Conflict[] } {
  const edited = differing(base, mine)
  const values: Values = {
    ...theirs,
    ...Object.fromEntries(edited.map((path) => [path, mine[path] ?? ''])),
  }
  const conflicts = edited
    .filter((path) => theirs[path] !== base[path] && theirs[path] !== mine[path])
    .map((path) => ({ path, mine: mine[path] ?? '', theirs: theirs[path] ?? '' }))
  return { values, conflicts }
}
