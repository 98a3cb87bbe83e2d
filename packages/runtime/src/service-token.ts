import { jwtVerify, SignJWT } from 'jose'
import type { Secrets } from './secrets.js'

const lifetimeSeconds = 60
/** How long a caller uses one: a third of its life, so that clocks may still differ. */
export const usedMs = (lifetimeSeconds * 1000) / 3
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
export const isServiceToken = async (secrets: Secrets, token: string, to: string): Promise<boolean> =>
  (await expiryOf(secrets, token, to)) !== undefined

/** When such a token expires, as `Date.now()` counts; undefined of any other. */
export async function expiryOf(secrets: Secrets, token: string, to: string): Promise<number | undefined> {
  for (const secret of secrets) {
    const seconds = await verify(secret, token, to)
    if (seconds !== undefined) return seconds * 1000
  }
  return undefined
}

function verify(secret: string, token: string, to: string): Promise<number | undefined> {
  const verified = jwtVerify(token, keyOf(secret), {
    algorithms: ['HS256'],
    typ: 'service+jwt',
    audience: to,
    requiredClaims: ['iss', 'exp'],
    maxTokenAge: lifetimeSeconds,
    clockTolerance: 5,
  })
  return verified.then(
    ({ payload }) => payload.exp,
    () => undefined,
  )
}
