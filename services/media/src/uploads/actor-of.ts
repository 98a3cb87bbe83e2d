import { callerOf, clientAddress, clientDevice, type Request } from '@likeness/runtime'
import type { Actor } from '../database/actor.js'

/** The caller as the trail names them. */
export function actorOf(request: Request): Actor & { id: string } {
  return { id: callerOf(request).id, ip: clientAddress(request), userAgent: clientDevice(request) }
}
