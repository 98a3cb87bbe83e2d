import { createPublicKey, type KeyObject } from 'node:crypto'
import type { AccessClaims } from '@likeness/contracts'
import { ConfigError } from '@likeness/runtime/config'
import type { Database } from '@likeness/runtime/database'
import { newId } from '@likeness/runtime/ids'
import type { KeyFinder } from '@likeness/runtime/jwks'
import { secretsOf } from '@likeness/runtime/secrets'
import { SignJWT } from 'jose'
import type { AccountsConfig } from '../config.js'
import type { Tables } from '../database/database.js'
import { listSigningKeys, resealSigningKey, type SigningKeyRow } from '../database/signing-keys.table.js'
import { makeFirstKey, sortKeys } from './rotate-keys.js'
import { openSealedKey, sealKey } from './seal-key.js'

/** A public key as `/.well-known/jwks.json` shows it (RFC 7517, RFC 8037). */
type PublishedKey = {
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
/** An unknown `kid` may be newer than our view, or forged: look at most this often. */
const unknownKidMs = 5_000

/**
 * Opens the key ring and creates the first key if there is none.
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
  const keys: Key[] = []
  for (const row of await listSigningKeys(db)) {
    const same = known.find((key) => key.kid === row.kid)
    keys.push(same ? { ...same, signs_from: row.signs_from } : await openKey(db, config, row))
  }
  return keys
}

async function openKey(db: Database<Tables>, config: AccountsConfig, row: SigningKeyRow): Promise<Key> {
  const { kid, public_jwk: jwk, signs_from } = row
  return {
    kid,
    signs_from,
    privateKey: await unseal(db, config, row),
    pem: createPublicKey({ key: { ...jwk }, format: 'jwk' })
      .export({ format: 'pem', type: 'spki' })
      .toString(),
    published: { kid, ...jwk, alg: 'EdDSA', use: 'sig' },
  }
}

/** Opens a key. One sealed with the other secret is resealed with the current one, so that the other can be removed. */
async function unseal(
  db: Database<Tables>,
  { KEY_SECRET: current, KEY_SECRET_OTHER: other }: AccountsConfig,
  { kid, sealed_private_key: sealed }: SigningKeyRow,
): Promise<KeyObject> {
  for (const secret of secretsOf(current, other)) {
    const key = openWith(secret, kid, sealed)
    if (key && secret !== current) await resealSigningKey(db, kid, sealed, sealKey(current, kid, key))
    if (key) return key
  }
  throw new ConfigError([
    'KEY_SECRET: does not open the signing keys in the database; it is not the one they were made with',
  ])
}

function openWith(secret: string, kid: string, sealed: Buffer): KeyObject | undefined {
  try {
    return openSealedKey(secret, kid, sealed)
  } catch {
    return undefined
  }
}
