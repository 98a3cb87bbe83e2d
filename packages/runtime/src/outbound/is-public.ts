import { BlockList, isIP } from 'node:net'

/** What of IPv4 is not globally reachable (IANA, IPv4 Special-Purpose Address Registry), and multicast. */
const special4 = listed([
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // behind a carrier's NAT
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local, where clouds keep their metadata
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
])

/**
 * The only range of IPv6 that is given out as global unicast (IANA, IPv6 Address Space). Loopback, link-local,
 * unique-local, multicast, IPv4-mapped, IPv4-compatible and NAT64 addresses are outside of it.
 */
const global6 = listed(['2000::/3'])
/** What of it leads elsewhere (IANA, IPv6 Special-Purpose Address Registry). */
const special6 = listed([
  '2001::/23', // protocol assignments, Teredo and ORCHID among them
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4, which holds an IPv4 address
  '3fff::/20', // documentation
])

/** Whether an IP address can be that of a machine in the public internet. Of forms that hold an IPv4 address, none is. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !special4().check(address, 'ipv4')
    case 6:
      // A zone is of a link.
      return !address.includes('%') && global6().check(address, 'ipv6') && !special6().check(address, 'ipv6')
    default:
      return false
  }
}

/** @param ranges CIDRs, or single addresses */
export function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', length] = range.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    list.addSubnet(address, length === undefined ? (family === 'ipv6' ? 128 : 32) : Number(length), family)
  }
  return list
}

/** The list of these ranges, made when it is first asked for: that takes longer than all else of loading this file. */
function listed(ranges: readonly string[]): () => BlockList {
  let list: BlockList | undefined
  return () => {
    list ??= listOf(ranges)
    return list
  }
}
