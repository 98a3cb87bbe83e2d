import type { IncomingMessage } from 'node:http'

// A name or an IPv4 address, or an IPv6 one in brackets, and a port.
const sound = /^(?:[a-z0-9._~%-]+|\[[0-9a-f:.]+\])(?::\d{0,5})?$/i

/**
 * Whether a request names its host as RFC 9112 §3.2 wants: once, and nothing but a host and a port. Two readers of
 * anything else may understand two hosts. HTTP/1.0 has none.
 */
export function hasSoundHost({ headers, httpVersion, rawHeaders }: IncomingMessage): boolean {
  if (headers.host === undefined) return httpVersion === '1.0'
  return sound.test(headers.host) && countHosts(rawHeaders) === 1
}

/** @param rawHeaders names and values in turn */
function countHosts(rawHeaders: readonly string[]): number {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1
  }
  return count
}
