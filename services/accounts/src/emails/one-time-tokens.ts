import { createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'

/**
 * Tokens of links in mails: 256 bits, stored as SHA-256. The mail that waits to be sent carries a random
 * seed, from which only who has KEY_SECRET can derive the token, so the database alone opens no account.
 */
export type OneTimeTokens = {
  /** A new token, as its mail and its row keep it. */
  make(): { seed: Buffer; hash: Buffer }
  /** The token itself, for the link. */
  of(seed: Buffer): string
}

/** @param secret KEY_SECRET */
export function openOneTimeTokens(secret: string): OneTimeTokens {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'likeness one-time tokens', 32))
  const of = (seed: Buffer) => createHmac('sha256', key).update(seed).digest('base64url')
  return {
    of,
    make() {
      const seed = randomBytes(32)
      return { seed, hash: hashOfToken(of(seed)) }
    },
  }
}

/** What the row of a token is found by. */
export const hashOfToken = (token: string): Buffer => createHash('sha256').update(token).digest()
