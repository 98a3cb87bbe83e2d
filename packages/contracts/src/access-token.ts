import { z } from 'zod'
import { Id, Role } from './common.js'

/** Claims of an access token (RFC 9068 profile): EdDSA, header `typ: at+jwt` and `kid`. Times in seconds. */
export const AccessClaims = z.object({
  iss: z.string(),
  aud: z.string(),
  sub: Id,
  sid: Id,
  role: Role,
  iat: z.int(),
  exp: z.int(),
  jti: Id,
})
export type AccessClaims = z.output<typeof AccessClaims>

/**
 * The cookie in which accounts also puts the access token of a session kept in cookies, and its path: media takes
 * it for following an upload, and for nothing else.
 */
export const accessCookie = { name: 'likeness-access', path: '/v1/uploads' } as const

/** `GET /.well-known/jwks.json`: the public keys of access tokens (RFC 7517, RFC 8037). */
export const Jwks = z
  .object({
    keys: z.array(
      z.object({
        kid: z.string(),
        kty: z.string(),
        crv: z.string(),
        x: z.string(),
        alg: z.literal('EdDSA'),
        use: z.literal('sig'),
      }),
    ),
  })
  .meta({ id: 'Jwks' })
