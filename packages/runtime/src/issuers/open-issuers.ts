import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose'
import type { Issuer } from './issuer-config.js'
import { openIssuerKeys } from './issuer-keys.js'
import { ClaimError, type ForeignPerson, readClaims } from './read-claims.js'

/** A verified token of another issuer. Times as `Date.now()` counts. */
type ForeignToken = {
  readonly person: ForeignPerson
  readonly issuedAt: number
  readonly expiresAt: number
}

/** Verifies a token if it is of one of the issuers. */
export type VerifyForeign = (token: string) => Promise<ForeignToken | undefined>

/**
 * Opens the verification of tokens of other issuers (RFC 7519, RFC 8725): signature by a public key of the issuer, its
 * algorithms, `iss`, `aud` or `azp`, `exp`, `nbf` and `iat`, and the claims that its map names.
 * @returns undefined for a token of none of them. It rejects with KeysUnavailableError while keys cannot be fetched, and
 * with a jose error or ClaimError for a token that does not count
 */
export function openIssuers(issuers: readonly Issuer[]): VerifyForeign {
  const known = new Map(
    issuers.map((issuer) => [issuer.issuer, { issuer, keys: openIssuerKeys(issuer) }] as const),
  )
  return async (token) => {
    const found = known.get(issuerOf(token) ?? '')
    if (!found) return undefined
    const { issuer, keys } = found
    const { payload } = await jwtVerify(token, keys, {
      issuer: issuer.issuer,
      algorithms: issuer.algorithms,
      clockTolerance: issuer.clockSkewSeconds,
      requiredClaims: ['exp', 'iat'],
      ...(issuer.audience && { audience: issuer.audience }),
    })
    if (!isParty(issuer, payload)) throw new ClaimError('it was made out to another party')
    return { person: readClaims(issuer, payload), ...timesOf(issuer, payload) }
  }
}

/** Not verified: it only tells whose keys to verify with. */
function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}

/** Whether the token was made for a client that may use it: `azp` names it, where `aud` does not. */
export const isParty = ({ azp }: Issuer, payload: JWTPayload): boolean =>
  azp === undefined || (typeof payload.azp === 'string' && azp.includes(payload.azp))

function timesOf({ clockSkewSeconds }: Issuer, payload: JWTPayload) {
  const [issuedAt, expiresAt] = [Number(payload.iat) * 1000, Number(payload.exp) * 1000]
  // No token is made ahead of its time: one that says so would outlive what it was forged or stolen for.
  if (issuedAt > Date.now() + clockSkewSeconds * 1000) throw new ClaimError('it was made ahead of its time')
  return { issuedAt, expiresAt: expiresAt + clockSkewSeconds * 1000 }
}
