/**
 * One line about an error that ends the process: which part it is of, if one of its sources is on the stack, what it
 * says, and where it was thrown: `media: TypeError: x is undefined (services/media/src/app.ts:12:3)`.
 */
export function describeCrash(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const places = [
    ...(error.stack ?? '').matchAll(/((?:services|packages|infra)\/[\w-]+\/src\/[^\s()]+:\d+:\d+)/g),
  ].map(([, place = '']) => place)
  const part = places
    .flatMap((place) => /^services\/([\w-]+)|^infra\/local\/src\/(gateway)/.exec(place)?.slice(1) ?? [])
    .find((name) => name !== undefined)
  const what = `${error.name}: ${error.message}`
  return `${part === undefined ? '' : `${part}: `}${what}${places.length > 0 ? ` (${places[0]})` : ''}`
}
