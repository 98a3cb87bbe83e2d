import { isIP, isIPv4, SocketAddress } from 'node:net'
import proxyAddress from '@fastify/proxy-addr'
import type { FastifyRequest } from 'fastify'

const listOf = (ranges: string) => ranges.split(',').map((range) => range.trim())

/** Whether TRUST_PROXY can be read: addresses, CIDR ranges, `loopback`, `linklocal`, `uniquelocal`. */
export function isTrustList(ranges: string): boolean {
  try {
    proxyAddress.compile(listOf(ranges))
    return true
  } catch {
    return false
  }
}

/** Fastify's `trustProxy`: a hop is believed whichever way X-Forwarded-For spells its address. */
export function trustedHops(ranges: string | undefined): false | ((address: string, hop: number) => boolean) {
  if (ranges === undefined) return false
  const isTrusted = proxyAddress.compile(listOf(ranges))
  return (given, hop) => {
    const address = readAddress(given)
    return address !== undefined && isTrusted(address, hop)
  }
}

/**
 * The address that a request comes from. This is the only reader of client addresses, for limits, trails and logs. X-Forwarded-For
 * counts only from the proxies TRUST_PROXY names. A proxy that hides the client (`unknown`, `_hidden`) or passes
 * something unreadable on stands for its clients itself.
 * @returns null when the connection was gone before anyone asked
 */
export function clientAddress(request: Pick<FastifyRequest, 'ip' | 'ips'>): string | null {
  const hops = request.ips ?? [request.ip]
  for (const hop of hops.toReversed()) {
    const address = readAddress(hop)
    if (address !== undefined) return address
  }
  return null
}

const longestDevice = 300

/** The device a request comes from, as it names itself (User-Agent), cut off where that goes on for long. */
export const clientDevice = ({ headers }: Pick<FastifyRequest, 'headers'>): string | null =>
  headers['user-agent']?.slice(0, longestDevice) ?? null

/**
 * The network that is counted as one client: an IPv4 address, or the /64 network of an IPv6 one, which a single subscriber
 * has whole (RFC 6177).
 * @param address as `clientAddress` returns it
 */
export function networkOf(address: string): string {
  if (isIPv4(address)) return address
  const [head = '', tail] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros: string[] = new Array(Math.max(0, 8 - left.length - right.length)).fill('0')
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`
}

/** One spelling of an address: no port, brackets, quotes or zone, IPv4 never as IPv6. Undefined when it is none. */
function readAddress(given: string | undefined): string | undefined {
  const plain = (given ?? '')
    .replace(/^"(.*)"$/, '$1')
    .replace(/^\[(.*)\](:\d+)?$/, '$1')
    .replace(/^([\d.]+):\d+$/, '$1')
    .replace(/%.*$/, '')
  const version = isIP(plain)
  if (version === 0) return undefined
  if (version === 4) return plain
  const { address } = new SocketAddress({ address: plain, family: 'ipv6' })
  return address.replace(/^::ffff:(?=\d+\.)/, '')
}
