import { clientAddress, clientDevice } from '@likeness/runtime/client-address'
import { languageOf } from '@likeness/runtime/language'
import type { Request } from '@likeness/runtime/server'
import type { Origin } from '../database/activities.table.js'

/** The origin of a request. */
export function originOf(request: Request): Origin {
  return {
    ip: clientAddress(request),
    userAgent: clientDevice(request),
    language: languageOf(request.headers['accept-language']),
  }
}
