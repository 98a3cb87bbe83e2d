import { clientAddress, languageOf, type Request } from '@likeness/runtime'
import type { Origin } from '../database/activities.table.js'

const longest = 300

/** Where a request comes from. */
export function originOf(request: Request): Origin {
  return {
    ip: clientAddress(request),
    userAgent: request.headers['user-agent']?.slice(0, longest) ?? null,
    language: languageOf(request.headers['accept-language']),
  }
}
