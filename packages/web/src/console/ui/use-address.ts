import { useCallback, useMemo } from 'react'
import { useLocation, useSearch } from 'wouter'

/** Parameters to set; undefined or empty takes one away. */
export type Changes = Readonly<Record<string, string | undefined>>
type Options = { replace?: boolean; state?: unknown }

/** Where a page of a list begins, and where those before it did. */
const paging = ['cursor', 'before'] as const

/** The parameters of the address: all that a page of the console remembers. */
export function useAddress() {
  const [path, navigate] = useLocation()
  const search = useSearch()
  const params = useMemo(() => new URLSearchParams(search), [search])
  const hrefWith = useCallback((changes: Changes) => `${path}${changed(search, changes)}`, [path, search])
  const change = useCallback(
    (changes: Changes, options?: Options) => navigate(`${path}${changed(search, changes)}`, options),
    [path, search, navigate],
  )
  return { params, hrefWith, change }
}

function changed(search: string, changes: Changes): string {
  const params = new URLSearchParams(search)
  for (const [name, value] of Object.entries(changes)) {
    if (value) params.set(name, value)
    else params.delete(name)
  }
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}

/** A list that is asked for otherwise begins with its first page. */
export const fromStart = (changes: Changes): Changes => ({
  ...Object.fromEntries(paging.map((name) => [name, undefined])),
  ...changes,
})
