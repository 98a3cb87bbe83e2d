import { callerOf } from '@likeness/runtime/caller'
import { clientAddress, clientDevice } from '@likeness/runtime/client-address'
import type { Request } from '@likeness/runtime/server'
import type { Actor } from '../database/actor.js'

/** The caller as the trail names them. */
export function actorOf(request: Request): Actor & { id: string } {
  return { id: callerOf(request).id, ip: clientAddress(request), userAgent: clientDevice(request) }
}
