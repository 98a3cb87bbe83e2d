import { decodeJwt, jwtVerify, SignJWT } from 'jose'
import type { Secrets } from './secrets.js'

const lifetimeSeconds = 60
const keyOf = (secret: string) => new TextEncoder().encode(`service-token:${secret}`)

/** A token with which one service calls another's `/internal` routes: HS256, 60 s. */
export function signServiceToken(secret: string, from: string, to: string): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: 'HS256', typ: 'service+jwt' })
    .setIssuer(from)
    .setAudience(to)
    .setIssuedAt()
    .setExpirationTime(`${lifetimeSeconds}s`)
    .sign(keyOf(secret))
}

/** Whether a token was signed for `to` by a holder of one of the secrets and has not expired. */
export async function isServiceToken(secrets: Secrets, token: string, to: string): Promise<boolean> {
  for (const secret of secrets) if (await isSignedWith(secret, token, to)) return true
  return false
}

/** When a token that was verified expires, as `Date.now()` counts. */
export const expiryOf = (token: string): number => (decodeJwt(token).exp ?? 0) * 1000

function isSignedWith(secret: string, token: string, to: string): Promise<boolean> {
  const verified = jwtVerify(token, keyOf(secret), {
    algorithms: ['HS256'],
    typ: 'service+jwt',
    audience: to,
    requiredClaims: ['iss', 'exp'],
    maxTokenAge: lifetimeSeconds,
    clockTolerance: 5,
  })
  return verified.then(
    () => true,
    () => false,
  )
}
