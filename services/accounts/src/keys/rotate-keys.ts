import { generateKeyPairSync } from 'node:crypto'
import type { Database, Transaction } from '@likeness/runtime/database'
import { calculateJwkThumbprint } from 'jose'
import type { KeyConfig } from '../config.js'
import type { Tables } from '../database/database.js'
import { insertSigningKey, lockSigningKeys, type SigningKeyRow } from '../database/signing-keys.table.js'
import { sealKey } from './seal-key.js'

/**
 * How long a key is published before it signs: our own processes read it within 30 s, proxies keep
 * `/.well-known/jwks.json` for 5 minutes and verifiers keep what they fetched for 5 more.
 */
export const publishedAheadSeconds = 15 * 60

// Verifiers allow clocks to differ by 5 s; a minute covers that and a slow request.
const slackSeconds = 60

type NewKey = { readonly kid: string; readonly signsFrom: Date }

/** Creates the next signing key. It signs in 15 minutes; tokens of the present key stay valid until they expire. */
export function rotateKeys(db: Database<Tables>, config: KeyConfig): Promise<NewKey> {
  return db.transaction().execute(async (trx) => {
    const exists = await lockSigningKeys(trx)
    return makeKey(trx, config, exists ? publishedAheadSeconds : 0)
  })
}

/** Creates the first key, which signs at once, unless another process has created it. */
export function makeFirstKey(db: Database<Tables>, config: KeyConfig): Promise<void> {
  return db.transaction().execute(async (trx) => {
    if (!(await lockSigningKeys(trx))) await makeKey(trx, config, 0)
  })
}

async function makeKey(trx: Transaction<Tables>, config: KeyConfig, signsInSeconds: number): Promise<NewKey> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const { kty = '', crv = '', x = '' } = publicKey.export({ format: 'jwk' })
  const kid = await calculateJwkThumbprint({ kty, crv, x })
  const signsFrom = await insertSigningKey(
    trx,
    {
      kid,
      public_jwk: JSON.stringify({ kty, crv, x }),
      sealed_private_key: sealKey(config.KEY_SECRET, kid, privateKey),
    },
    signsInSeconds,
  )
  return { kid, signsFrom }
}

/**
 * Splits keys, latest first, by their use at a given time: those still published, of which `signing` signs, and those
 * whose last token has expired.
 */
export function sortKeys<Key extends Pick<SigningKeyRow, 'signs_from'>>(
  keys: readonly Key[],
  config: Pick<KeyConfig, 'ACCESS_TOKEN_SECONDS'>,
  now: Date,
): { published: Key[]; retired: Key[]; signing: Key | undefined } {
  const signing = keys.find((key) => key.signs_from <= now)
  const lastTokenMs = (config.ACCESS_TOKEN_SECONDS + slackSeconds) * 1000
  const isRetired = (index: number) => {
    const successor = keys[index - 1]
    return successor !== undefined && successor.signs_from.getTime() + lastTokenMs < now.getTime()
  }
  return {
    signing,
    published: keys.filter((_key, index) => !isRetired(index)),
    retired: keys.filter((_key, index) => isRetired(index)),
  }
}
