import { KeyObject } from 'node:crypto'
import { createRemoteJWKSet, errors } from 'jose'

/** Finds the public key, as SPKI PEM, that a token names by `kid`; rejects when there is none. */
export type KeyFinder = (kid: string) => Promise<string>

/** The keys could not be fetched: nothing is known of the token yet. */
export class KeysUnavailableError extends Error {
  override name = 'KeysUnavailableError'
}

// A key is published this long before it signs, so every cache holds it in time.
const cacheMs = 5 * 60_000
const cooldownMs = 5_000

/**
 * Keys of a JWKS address, cached for 5 minutes and fetched again at most every 5 s for an unknown `kid`.
 * @param url of the key set (RFC 7517)
 */
export function openJwks(url: string): KeyFinder {
  const keys = createRemoteJWKSet(new URL(url), {
    cacheMaxAge: cacheMs,
    cooldownDuration: cooldownMs,
    timeoutDuration: 3_000,
  })
  const pems = new WeakMap<object, string>()
  return async (kid) => {
    const key = await keys({ alg: 'EdDSA', kid }, { payload: '', signature: '' }).catch((error: unknown) => {
      if (error instanceof errors.JWKSNoMatchingKey) throw error
      throw new KeysUnavailableError('The signing keys could not be fetched', { cause: error })
    })
    const known = pems.get(key)
    if (known !== undefined) return known
    const pem = KeyObject.from(key).export({ format: 'pem', type: 'spki' }).toString()
    pems.set(key, pem)
    return pem
  }
}
