import { accessCookie } from '@likeness/contracts'
import type { Guards } from '@likeness/runtime/auth'
import { type Caller, callerOf } from '@likeness/runtime/caller'
import { mayUseCookies, readCookie } from '@likeness/runtime/cookies'
import type { Request } from '@likeness/runtime/server'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import type { EventTickets } from './event-tickets.js'

/** The ways to let a follower in. */
export type Entrances = {
  readonly guards: Guards
  readonly tickets: EventTickets
  readonly isEnded: (caller: Caller) => boolean
}

/**
 * The caller who follows an upload, by an access token, a ticket, or the access cookie, which a page of this site may
 * use to read this and nothing else (ADR 10).
 * @throws Problem `unauthenticated`
 */
export async function followerOf(
  { config }: Pick<Deps, 'config'>,
  { guards, tickets, isEnded }: Entrances,
  request: Request,
  { uploadId, ticket }: { uploadId: string; ticket: string | undefined },
): Promise<Caller> {
  const { headers } = request
  if (headers.authorization === undefined && ticket !== undefined) {
    const caller = tickets.open(ticket, uploadId)
    if (caller && !isEnded(caller)) return caller
    throw problem('unauthenticated', { headers: { 'www-authenticate': 'Bearer realm="likeness"' } })
  }
  const cookie = readCookie(config.PUBLIC_URL, accessCookie.name, headers)
  if (headers.authorization === undefined && cookie !== undefined && mayUseCookies(config, headers)) {
    // The guard reads it from here.
    request.raw.headers.authorization = `Bearer ${cookie}`
  }
  await guards.signedIn(request)
  return callerOf(request)
}
