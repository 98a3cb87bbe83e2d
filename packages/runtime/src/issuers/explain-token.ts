import type { JWTPayload, ProtectedHeaderParameters } from 'jose'
import { compactVerify, decodeJwt, decodeProtectedHeader, errors } from 'jose'
import type { Issuer } from './issuer-config.js'
import { openIssuerKeys } from './issuer-keys.js'
import { isParty } from './open-issuers.js'
import { ClaimError, readClaims } from './read-claims.js'

/** Whether one thing about a token is as it must be, and what it is. Never the token itself. */
export type TokenFinding = { readonly name: string; readonly ok: boolean; readonly says: string }

/** Tells claim by claim why a token of another issuer counts, or does not. The keys of the issuer are fetched. */
export async function explainToken(issuers: readonly Issuer[], token: string): Promise<TokenFinding[]> {
  const read = readToken(token)
  if (!read)
    return [{ name: 'form', ok: false, says: 'it is no JSON Web Token: three parts separated by dots' }]
  const { header, payload } = read
  const issuer = issuers.find((one) => one.issuer === payload.iss)
  if (!issuer) {
    const known = issuers.map((one) => one.issuer).join(', ') || 'none'
    return [
      { name: 'iss', ok: false, says: `${shown(payload.iss)} is in no entry of ISSUERS, which has ${known}` },
    ]
  }
  const { alg } = header
  const isAllowed = (issuer.algorithms as readonly unknown[]).includes(alg)
  return [
    { name: 'iss', ok: true, says: `${shown(payload.iss)}, which is ${issuer.alias}` },
    {
      name: 'alg',
      ok: isAllowed,
      says: isAllowed ? String(alg) : `${shown(alg)} is none of ${issuer.algorithms.join(', ')}`,
    },
    await signatureOf(issuer, token),
    ...partyOf(issuer, payload),
    timesOf(issuer, payload),
    ...personOf(issuer, payload),
  ]
}

function readToken(token: string): { header: ProtectedHeaderParameters; payload: JWTPayload } | undefined {
  try {
    return { header: decodeProtectedHeader(token), payload: decodeJwt(token) }
  } catch {
    return undefined
  }
}

async function signatureOf(issuer: Issuer, token: string): Promise<TokenFinding> {
  const name = 'signature'
  try {
    const keys = openIssuerKeys(issuer)
    await compactVerify(token, (header, parts) => keys(header, parts as never), {
      algorithms: issuer.algorithms,
    })
    return { name, ok: true, says: 'by a key of the issuer' }
  } catch (error) {
    return { name, ok: false, says: wordsOf(error) }
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof errors.JWKSNoMatchingKey) return 'no key of the issuer has its `kid` and algorithm'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'not by the key that it names'
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : ''
  return `${error instanceof Error ? error.message : String(error)}${cause}`
}

function partyOf(issuer: Issuer, payload: JWTPayload): TokenFinding[] {
  const found: TokenFinding[] = []
  if (issuer.audience) {
    const ok = [payload.aud].flat().some((one) => one !== undefined && issuer.audience?.includes(one))
    found.push({
      name: 'aud',
      ok,
      says: `${shown(payload.aud)}${ok ? '' : ` has none of ${issuer.audience.join(', ')}`}`,
    })
  }
  if (issuer.azp) {
    const ok = isParty(issuer, payload)
    found.push({
      name: 'azp',
      ok,
      says: `${shown(payload.azp)}${ok ? '' : ` is none of ${issuer.azp.join(', ')}`}`,
    })
  }
  return found
}

function timesOf({ clockSkewSeconds }: Issuer, { iat, nbf, exp }: JWTPayload): TokenFinding {
  const now = Date.now() / 1000
  const faults = [
    iat === undefined && 'it does not say when it was made',
    exp === undefined && 'it does not say when it ends',
    exp !== undefined && exp <= now - clockSkewSeconds && 'it has expired',
    nbf !== undefined && nbf > now + clockSkewSeconds && 'it is not valid yet',
    iat !== undefined && iat > now + clockSkewSeconds && 'it was made ahead of its time',
  ].filter((fault) => fault !== false)
  const times = Object.entries({ iat, nbf, exp }).flatMap(([name, at]) =>
    typeof at === 'number' ? [`${name} ${new Date(at * 1000).toISOString()}`] : [],
  )
  return { name: 'times', ok: faults.length === 0, says: [...times, ...faults].join(', ') }
}

function personOf(issuer: Issuer, payload: JWTPayload): TokenFinding[] {
  try {
    const { subject, role, email, name, locale, picture } = readClaims(issuer, payload)
    const told = Object.entries({ email, name, locale, picture }).flatMap(([what, value]) =>
      value === null ? [] : [what],
    )
    return [
      { name: 'subject', ok: true, says: shown(subject) },
      { name: 'role', ok: true, says: role },
      { name: 'describes', ok: true, says: told.join(', ') || 'nothing' },
    ]
  } catch (error) {
    if (!(error instanceof ClaimError)) throw error
    return [{ name: 'subject', ok: false, says: error.message }]
  }
}

/** A claim, as JSON of a length that a line holds. */
const shown = (value: unknown): string => (JSON.stringify(value) ?? 'it has none').slice(0, 300)
