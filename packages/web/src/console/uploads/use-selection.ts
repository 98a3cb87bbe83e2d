import type { HistoryEntry } from '@likeness/client'
import { useState } from 'react'

/** More are neither looked through nor acted on one by one. */
export const MOST_SELECTED = 200

/** The rows that were selected, also on other pages of the list. */
export function useSelection(rows: readonly HistoryEntry[] | undefined) {
  const [ids, setIds] = useState<readonly string[]>([])
  const plus = (more: readonly string[]) => (now: readonly string[]) =>
    [...new Set([...now, ...more])].slice(0, MOST_SELECTED)
  const without = (less: readonly string[]) => (now: readonly string[]) =>
    now.filter((id) => !less.includes(id))
  const has = ({ id }: HistoryEntry) => ids.includes(id)
  return {
    ids,
    has,
    toggle: (row: HistoryEntry) => setIds(has(row) ? without([row.id]) : plus([row.id])),
    toggleAll: () => {
      const all = (rows ?? []).map(({ id }) => id)
      setIds(rows?.every(has) ? without(all) : plus(all))
    },
    clear: () => setIds([]),
  }
}
