import { callerOf, clientAddress, type Request } from '@likeness/runtime'
import type { Actor } from '../database/upload-events.table.js'

const longestUserAgent = 300

/** The caller as the trail names them. */
export function actorOf(request: Request): Actor & { id: string } {
  return {
    id: callerOf(request).id,
    ip: clientAddress(request),
    userAgent: request.headers['user-agent']?.slice(0, longestUserAgent) ?? null,
  }
}
