import { createPublicKey, type KeyObject } from 'node:crypto'
import type { AccessClaims } from '@likeness/contracts'
import { ConfigError, type Database, type KeyFinder, newId } from '@likeness/runtime'
import { SignJWT } from 'jose'
import type { AccountsConfig } from '../config.js'
import type { Tables } from '../database/database.js'
import { listSigningKeys } from '../database/signing-keys.table.js'
import { makeFirstKey, sortKeys } from './rotate-keys.js'
import { openSealedKey } from './seal-key.js'

/** A public key as `/.well-known/jwks.json` shows it (RFC 7517, RFC 8037). */
export type PublishedKey = {
  readonly kid: string
  readonly kty: string
  readonly crv: string
  readonly x: string
  readonly alg: 'EdDSA'
  readonly use: 'sig'
}

/** The signing keys of the database, as this process sees them: never more than half a minute old. */
export type KeyRing = {
  /** Signs an access token (RFC 9068). */
  sign(claims: Pick<AccessClaims, 'sub' | 'sid' | 'role'>): Promise<string>
  published(): PublishedKey[]
  find: KeyFinder
  /** Reads the database again. */
  reload(): Promise<void>
  close(): void
}

type Key = {
  readonly kid: string
  readonly signs_from: Date
  readonly privateKey: KeyObject
  readonly pem: string
  readonly published: PublishedKey
}

const reloadMs = 30_000
/** An unknown `kid` may be newer than our view, or made up: look at most this often. */
const unknownKidMs = 5_000

/**
 * Opens the key ring and makes the first key where there is none.
 * @throws ConfigError when KEY_SECRET does not open the keys
 */
export async function openKeyRing(
  db: Database<Tables>,
  config: AccountsConfig,
  onError: (error: unknown) => void,
): Promise<KeyRing> {
  let keys: Key[] = []
  let read = 0

  async function reload(): Promise<void> {
    read = Date.now()
    keys = await readKeys(db, config, keys)
  }

  await makeFirstKey(db, config)
  await reload()
  const timer = setInterval(() => void reload().catch(onError), reloadMs).unref()

  return {
    sign(claims) {
      const { signing } = sortKeys(keys, config, new Date())
      if (!signing) throw new Error('no key signs yet')
      return new SignJWT({ sid: claims.sid, role: claims.role })
        .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: signing.kid })
        .setIssuer(config.JWT_ISSUER ?? config.PUBLIC_URL)
        .setAudience(config.JWT_AUDIENCE)
        .setSubject(claims.sub)
        .setJti(newId())
        .setIssuedAt()
        .setExpirationTime(`${config.ACCESS_TOKEN_SECONDS}s`)
        .sign(signing.privateKey)
    },
    published: () => sortKeys(keys, config, new Date()).published.map((key) => key.published),
    async find(kid) {
      const isIt = (key: Key) => key.kid === kid
      const published = () => sortKeys(keys, config, new Date()).published
      if (!published().some(isIt) && Date.now() - read > unknownKidMs) await reload()
      const key = published().find(isIt)
      if (!key) throw new Error('no such key')
      return key.pem
    },
    reload,
    close: () => clearInterval(timer),
  }
}

async function readKeys(db: Database<Tables>, config: AccountsConfig, known: readonly Key[]): Promise<Key[]> {
  const rows = await listSigningKeys(db)
  return rows.map((row) => {
    const same = known.find((key) => key.kid === row.kid)
    if (same) return { ...same, signs_from: row.signs_from }
    const published = { kid: row.kid, ...row.public_jwk, alg: 'EdDSA', use: 'sig' } as const
    return {
      kid: row.kid,
      signs_from: row.signs_from,
      privateKey: unseal(config.KEY_SECRET, row.kid, row.sealed_private_key),
      pem: createPublicKey({ key: { ...row.public_jwk }, format: 'jwk' })
        .export({ format: 'pem', type: 'spki' })
        .toString(),
      published,
    }
  })
}

function unseal(secret: string, kid: string, sealed: Buffer): KeyObject {
  try {
    return openSealedKey(secret, kid, sealed)
  } catch {
    throw new ConfigError([
      'KEY_SECRET: does not open the signing keys in the database; it is not the one they were made with',
    ])
  }
}
