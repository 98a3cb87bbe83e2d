import { isIP } from 'node:net'
import { callerOf, type Request } from '@likeness/runtime'
import type { Actor } from '../database/upload-events.table.js'

/** The caller as the trail names them. */
export function actorOf(request: Request): Actor & { id: string } {
  return { id: callerOf(request).id, ip: addressOf(request.ip) }
}

/**
 * An address as PostgreSQL keeps it: IPv4 as such although the socket is of both families, no zone, and without
 * the port some proxies add. Null when what a proxy passes on (`X-Forwarded-For: unknown`) is no address.
 */
function addressOf(given: string): string | null {
  const plain = given
    .replace(/^::ffff:(?=\d+(\.\d+){3}$)/i, '')
    .replace(/^\[(.*)\](:\d+)?$/, '$1')
    .replace(/^([\d.]+):\d+$/, '$1')
    .replace(/%.*$/, '')
  return isIP(plain) === 0 ? null : plain
}
