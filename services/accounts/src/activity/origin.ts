import type { IncomingHttpHeaders } from 'node:http'
import { languageOf } from '@likeness/runtime'
import type { Origin } from '../database/activities.table.js'

const longest = 300

/** Where a request comes from. `ip` heeds X-Forwarded-For only from the proxies TRUST_PROXY names. */
export function originOf(request: { readonly ip: string; readonly headers: IncomingHttpHeaders }): Origin {
  return {
    ip: request.ip,
    userAgent: request.headers['user-agent']?.slice(0, longest) ?? null,
    language: languageOf(request.headers['accept-language']),
  }
}
