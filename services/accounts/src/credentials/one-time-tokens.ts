import { createHash, createHmac, randomBytes } from 'node:crypto'
import { deriveKey, type Secrets } from '@likeness/runtime/secrets'

/**
 * Tokens of links in e-mails: 256 bits, stored as SHA-256. The e-mail that waits to be sent carries a random
 * seed, from which only a holder of KEY_SECRET can derive the token, so the database alone opens no account.
 */
export type OneTimeTokens = {
  /** A new token, as its e-mail and its row keep it. */
  make(): { seed: Buffer; hash: Buffer }
  /** The token itself, for the link, under each secret it may have been made with, the current one first. */
  of(seed: Buffer): readonly [string, ...string[]]
}

/** @param secrets KEY_SECRET, and the other one while it is being changed */
export function openOneTimeTokens([current, ...others]: Secrets): OneTimeTokens {
  const deriveWith = (secret: string) => {
    const key = deriveKey(secret, 'likeness one-time tokens')
    return (seed: Buffer) => createHmac('sha256', key).update(seed).digest('base64url')
  }
  const derive = deriveWith(current)
  const deriveOther = others.map(deriveWith)
  return {
    of: (seed) => [derive(seed), ...deriveOther.map((other) => other(seed))],
    make() {
      const seed = randomBytes(32)
      return { seed, hash: hashOfToken(derive(seed)) }
    },
  }
}

/** The hash by which a token's row is found. */
export const hashOfToken = (token: string): Buffer => createHash('sha256').update(token).digest()
