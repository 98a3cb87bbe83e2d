import type { Endpoint } from './endpoint.js'

/**
 * The prefixes of the paths that a proxy passes on to the service of these endpoints, as few as can be: each stands
 * for itself and everything below it. Endpoints that only services call are not passed on.
 */
export function prefixesOf(endpoints: readonly Endpoint[]): readonly string[] {
  const prefixes = new Set(
    endpoints.filter(({ by }) => by !== 'service').map(({ path }) => path.replace(/\/:.*/, '')),
  )
  const isBelow = (path: string) => [...prefixes].some((prefix) => path.startsWith(`${prefix}/`))
  return [...prefixes].filter((prefix) => !isBelow(prefix))
}
