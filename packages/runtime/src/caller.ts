import type { Role } from '@likeness/contracts'
import type { FastifyRequest } from 'fastify'

/** The person a request speaks for. */
export type Caller = {
  readonly id: string
  readonly sessionId: string
  readonly role: Role
  /** When the token was made, as `Date.now()` counts. */
  readonly issuedAt: number
  readonly expiresAt: number
}

const rank: Readonly<Record<Role, number>> = { user: 0, manager: 1, admin: 2 }
export const isAtLeast = (role: Role, least: Role): boolean => rank[role] >= rank[least]

/** How every service key begins, so that it is found where it should not be. */
export const keyStart = 'likeness_key_'

const callers = new WeakMap<FastifyRequest, Caller>()

/** The person who sent the request. Call it only behind a guard that let them in. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request)
  if (!caller) throw new Error('callerOf() on a route without a guard')
  return caller
}

/** The person who sent the request, if a guard has identified them. */
export const callerIfKnown = (request: FastifyRequest): Caller | undefined => callers.get(request)

/** Notes who sent a request, once a guard has identified them. */
export function setCaller(request: FastifyRequest, caller: Caller): void {
  callers.set(request, caller)
}
