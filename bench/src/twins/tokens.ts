import { createPublicKey } from 'node:crypto'
import jwt from '@fastify/jwt'
import type { FastifyInstance, FastifyRequest } from 'fastify'

export type Claims = { readonly sub: string; readonly exp: number }
export type PublicKey = Readonly<Record<string, string>>

/**
 * Verifies the product's own tokens, each once: later requests with the same one find it remembered.
 * @param sign the key of tokens the twin makes itself
 */
export async function openTokens(
  server: FastifyInstance,
  key: PublicKey,
  sign = '',
): Promise<(request: FastifyRequest) => Promise<Claims>> {
  const pem = createPublicKey({ key, format: 'jwk' }).export({ format: 'pem', type: 'spki' }).toString()
  await server.register(jwt, {
    secret: { public: pem, private: sign },
    verify: { algorithms: ['EdDSA'] },
    // Given here once: a signer that is made for each token costs more than signing.
    sign: { algorithm: 'EdDSA', expiresIn: '600s' },
  })
  const known = new Map<string, Claims>()
  return async (request) => {
    const token = request.headers.authorization ?? ''
    const seen = known.get(token)
    if (seen && seen.exp * 1000 > Date.now()) return seen
    const claims = await request.jwtVerify<Claims>()
    known.set(token, claims)
    return claims
  }
}
