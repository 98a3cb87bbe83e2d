import { useEffect, useRef } from 'react'

/**
 * What tells that an act is done takes focus if the act took away the button that had it.
 * @param done changes with each act; undefined before the first
 */
export function useTold(done: unknown) {
  const told = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (done !== undefined && document.activeElement?.closest('dialog') !== told.current?.closest('dialog'))
      told.current?.focus()
  }, [done])
  return told
}
