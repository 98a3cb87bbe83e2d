import { type LookupAddress, lookup as resolveName } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { isPublicAddress } from './is-public.js'
import type { OutboundAllow } from './outbound-allow.js'

/** Why a request to an address from outside had no answer. */
type OutboundFault =
  /** It leads, or its name resolves, to where such a request may not go. */
  'refused-address' | 'unknown-host' | 'unreachable' | 'no-tls' | 'timeout'

export class OutboundError extends Error {
  override name = 'OutboundError'
  constructor(
    readonly fault: OutboundFault,
    options?: ErrorOptions,
  ) {
    super(`The request failed: ${fault}`, options)
  }
}

/**
 * Keeps requests whose address someone else chose from leading inward (OWASP, Server Side Request Forgery Prevention).
 */
export type OutboundGuard = {
  /**
   * Whether a request may be tried: `https:`, or `http:` to what is allowed; no user info; no IP address that is neither
   * public nor allowed. What a name resolves to is judged when it is connected to.
   */
  readonly permits: (url: URL) => boolean
  /**
   * For `lookup` of a request: it is connected to exactly the addresses that were judged here, so it makes no difference
   * what the name resolves to the next time.
   */
  readonly lookup: LookupFunction
}

type Resolve = (
  hostname: string,
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

const resolveAll: Resolve = (hostname, done) => resolveName(hostname, { all: true }, done)

/**
 * @param allow OUTBOUND_ALLOW
 * @param resolve a name's addresses; that of the system unless given
 */
export function openOutboundGuard(
  allow: OutboundAllow | undefined,
  resolve: Resolve = resolveAll,
): OutboundGuard {
  const isListed = (address: string) => {
    const family = isIP(address)
    return family !== 0 && allow?.ranges.check(address, family === 6 ? 'ipv6' : 'ipv4') === true
  }
  const isNamed = (hostname: string) => allow?.hosts.has(hostname.toLowerCase().replace(/\.$/, '')) === true

  return {
    permits({ protocol, hostname, username, password }) {
      if ((protocol !== 'https:' && protocol !== 'http:') || username !== '' || password !== '') return false
      const address = hostname.replace(/^\[(.*)\]$/, '$1')
      if (isNamed(address) || isListed(address)) return true
      return protocol === 'https:' && (isIP(address) === 0 || isPublicAddress(address))
    },

    lookup(hostname, { all }, callback) {
      resolve(hostname, (error, addresses) => {
        const [first] = addresses ?? []
        if (error || !first) return callback(new OutboundError('unknown-host', { cause: error }), '', 0)
        const mayConnect = ({ address }: LookupAddress) =>
          isNamed(hostname) || isListed(address) || isPublicAddress(address)
        // A name that leads inward among others is refused as a whole.
        if (!addresses.every(mayConnect)) return callback(new OutboundError('refused-address'), '', 0)
        if (all) callback(null, addresses)
        else callback(null, first.address, first.family)
      })
    },
  }
}
