import type { IncomingMessage } from 'node:http'

// A name or an IPv4 address, or an IPv6 one in brackets, and a port.
const sound = /^(?:[a-z0-9._~%-]+|\[[0-9a-f:.]+\])(?::\d{0,5})?$/i

/**
 * Whether a request names its host as RFC 9112 §3.2 wants: once, and nothing but a host and a port. Two readers of
 * anything else may understand two hosts. HTTP/1.0 has none.
 */
export function hasSoundHost({ headers, httpVersion, rawHeaders }: IncomingMessage): boolean {
  if (headers.host === undefined) return httpVersion === '1.0'
  return sound.test(headers.host) && rawHeaders.findIndex(isHost) === rawHeaders.findLastIndex(isHost)
}

/** Names and values come in turn. */
const isHost = (part: string, index: number) =>
  index % 2 === 0 && part.length === 4 && part.toLowerCase() === 'host'
