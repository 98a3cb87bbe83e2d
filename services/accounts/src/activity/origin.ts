import { clientAddress, clientDevice, languageOf, type Request } from '@likeness/runtime'
import type { Origin } from '../database/activities.table.js'

/** The origin of a request. */
export function originOf(request: Request): Origin {
  return {
    ip: clientAddress(request),
    userAgent: clientDevice(request),
    language: languageOf(request.headers['accept-language']),
  }
}
