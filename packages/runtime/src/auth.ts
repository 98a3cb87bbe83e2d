import jwt, { type TokenOrHeader } from '@fastify/jwt'
import { AccessClaims, commonProblems, type Role, type Scope } from '@likeness/contracts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { errors } from 'jose'
import { type Caller, callerOf, isAtLeast, keyStart, setCaller } from './caller.js'
import { ClaimError } from './issuers/read-claims.js'
import { type KeyFinder, KeysUnavailableError } from './jwks.js'
import { problemsOf } from './problem.js'
import type { Secrets } from './secrets.js'
import { expiryOf } from './service-token.js'

/** Finds a service key that may be used now. */
export type FindKeyCaller = (
  key: string,
) => Promise<
  { readonly id: string; readonly scopes: readonly Scope[]; readonly expiresAt: number } | undefined
>

/** Verifies a token of another issuer; undefined for a token of none that is known. Rejects as `VerifyForeign` does. */
export type FindForeignCaller = (token: string) => Promise<Caller | undefined>

const problem = problemsOf(commonProblems)

type Guard = (request: FastifyRequest) => Promise<void>

export type Guards = {
  /** Lets in anyone signed in. */
  readonly signedIn: Guard
  /** Lets in managers and administrators. */
  readonly manager: Guard
  /** Lets in administrators. */
  readonly admin: Guard
  /** Lets in the other service, by a token made out to this one. */
  readonly service: Guard
}

// Checking a signature takes longer than the rest of a short request, and a page sends one token many times.
const tokensRemembered = 10_000
// The longest that a withdrawn key stays in use.
const rememberedMs = 60_000
// How far the clocks of services may differ.
const clockToleranceMs = 5_000

const keyHeader = new RegExp(`^Bearer\\s+(${keyStart}\\S+)$`, 'i')

/**
 * Registers verification of access tokens and returns the guards.
 * @param options `own`: whose keys sign the tokens of accounts (RFC 9068, RFC 8725: EdDSA only, typ, iss, aud, exp and
 * every claim checked); `foreign`: asked first about a token; `keys`: finds
 * service keys, which may call the endpoints of their scopes; `isEnded`: asked for each verified token, true when its
 * session has ended meanwhile
 */
export async function registerGuards(
  app: FastifyInstance,
  options: {
    service: string
    serviceSecrets: Secrets
    own?: { issuer: string; audience: string; findKey: KeyFinder }
    foreign?: FindForeignCaller
    keys?: FindKeyCaller
    isEnded?: (caller: Caller) => boolean | Promise<boolean>
  },
): Promise<Guards> {
  const { own, foreign } = options
  if (own)
    await app.register(jwt, {
      secret: {
        public: (_request: FastifyRequest, token: TokenOrHeader) => {
          const kid = 'header' in token ? token.header.kid : token.kid
          return kid === undefined ? Promise.reject(new Error('no kid')) : own.findKey(kid)
        },
      },
      decode: { complete: true },
      verify: {
        algorithms: ['EdDSA'],
        allowedIss: own.issuer,
        allowedAud: own.audience,
        checkTyp: 'at+jwt',
        clockTolerance: clockToleranceMs,
      },
    })

  /** @param reason why a token that was sent does not count */
  const unauthenticated = (reason?: string) => {
    const error = reason === undefined ? '' : ', error="invalid_token"'
    const headers = { 'www-authenticate': `Bearer realm="likeness"${error}` }
    return problem('unauthenticated', { headers, ...(reason !== undefined && { reason }) })
  }

  const known = new Map<string, { caller: Caller; until: number }>()
  const knownServices = new Map<string, number>()

  async function signedIn(request: FastifyRequest): Promise<void> {
    const { authorization } = request.headers
    if (!authorization) throw unauthenticated()
    const [, key] = authorization.match(keyHeader) ?? []
    if (key !== undefined && options.keys) {
      setCaller(request, await callerOfKey(request, key))
      return
    }
    const seen = known.get(authorization)
    const caller = seen && seen.until > Date.now() ? seen.caller : await verify(request, authorization)
    setCaller(request, caller)
    if (await options.isEnded?.(caller)) throw unauthenticated('its session has ended')
  }

  /** On the uploads of anyone, so with the rank that this takes; what it may call its scopes say. */
  async function callerOfKey(request: FastifyRequest, key: string): Promise<Caller> {
    const found = await options.keys?.(key)
    if (!found) throw unauthenticated('it is no service key that may be used')
    const { endpoint } = request.routeOptions.config
    if (endpoint?.scope === undefined || !found.scopes.includes(endpoint.scope)) throw problem('forbidden')
    const { id, expiresAt } = found
    const role = endpoint.by === 'admin' ? 'admin' : 'manager'
    return { id, sessionId: id, role, issuedAt: Date.now(), expiresAt }
  }

  async function verify(request: FastifyRequest, authorization: string): Promise<Caller> {
    const [, token = ''] = authorization.match(/^Bearer\s+(\S+)$/i) ?? []
    const caller =
      (await foreign?.(token).catch((error: unknown) => {
        // Anything else is a fault of finding out who it is.
        throw isOfToken(error) ? refused(error) : error
      })) ?? (await verifyOwn(request))
    if (known.size >= tokensRemembered) known.clear()
    known.set(authorization, { caller, until: Math.min(caller.expiresAt, Date.now() + rememberedMs) })
    return caller
  }

  const refused = (error: unknown) =>
    error instanceof KeysUnavailableError
      ? problem('overloaded', { headers: { 'retry-after': '2' } })
      : unauthenticated(reasonOf(error))

  async function verifyOwn(request: FastifyRequest): Promise<Caller> {
    if (!own) throw unauthenticated('its issuer is not known')
    const verified: unknown = await request.jwtVerify().catch((error: unknown) => {
      throw refused(error)
    })
    const claims = AccessClaims.safeParse(verified)
    if (!claims.success) throw unauthenticated('its claims are not those of an access token')
    // No token is made ahead of its time: one that says so would outlive what it was forged or stolen for.
    if (claims.data.iat * 1000 > Date.now() + clockToleranceMs)
      throw unauthenticated('it was made ahead of its time')
    const { sub: id, sid: sessionId, role, iat, exp } = claims.data
    return { id, sessionId, role, issuedAt: iat * 1000, expiresAt: exp * 1000 }
  }

  const atLeast = (least: Role) => async (request: FastifyRequest) => {
    await signedIn(request)
    if (!isAtLeast(callerOf(request).role, least)) throw problem('forbidden')
  }

  return {
    signedIn,
    manager: atLeast('manager'),
    admin: atLeast('admin'),
    async service(request) {
      const token = request.headers.authorization?.match(/^Bearer (.+)$/)?.[1] ?? ''
      if ((knownServices.get(token) ?? 0) > Date.now()) return
      const until = await expiryOf(options.serviceSecrets, token, options.service)
      if (until === undefined)
        throw unauthenticated(token === '' ? undefined : 'it is no service token for this service')
      if (knownServices.size >= tokensRemembered) knownServices.clear()
      knownServices.set(token, until)
    },
  }
}

const isOfToken = (error: unknown): boolean =>
  error instanceof errors.JOSEError || error instanceof ClaimError || error instanceof KeysUnavailableError

/** The code of the library that verified a token, in short; its message might repeat a part of the token. */
function reasonOf(error: unknown): string {
  if (error instanceof ClaimError) return error.message
  if (error instanceof errors.JWTClaimValidationFailed) return `its ${error.claim} is not the one expected`
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no key has signed it'
  return /EXPIRED$/.test(code)
    ? 'expired'
    : code
        .replace(/^(FST_JWT_|FAST_JWT_|ERR_)/, '')
        .toLowerCase()
        .replaceAll('_', ' ')
}
