/** Marks an entry of the browser's history that was made by opening something from a list. */
export const fromList = { from: 'list' }

/**
 * Closes what was opened beside a list: from the list it is one step back there; by its address, nothing is before it.
 * @param leave takes it out of the address
 */
export function closeDrawer(leave: () => void): void {
  const state: unknown = window.history.state
  const isFromList =
    typeof state === 'object' && state !== null && 'from' in state && state.from === fromList.from
  if (isFromList) window.history.back()
  else leave()
}
