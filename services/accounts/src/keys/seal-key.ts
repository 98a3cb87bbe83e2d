import { createPrivateKey, type KeyObject } from 'node:crypto'
import { openSealed, seal } from '@likeness/runtime/seal'
import { deriveKey } from '@likeness/runtime/secrets'

const keyOf = (secret: string) => deriveKey(secret, 'likeness signing keys')

/** Encrypts a private key for the database under a key derived from KEY_SECRET (RFC 5869), bound to its `kid`. */
export const sealKey = (secret: string, kid: string, key: KeyObject): Buffer =>
  seal(keyOf(secret), kid, key.export({ format: 'der', type: 'pkcs8' }))

/** @throws Error when the key was sealed with another secret, or the row was changed. */
export const openSealedKey = (secret: string, kid: string, sealed: Buffer): KeyObject =>
  createPrivateKey({ key: openSealed(keyOf(secret), kid, sealed), format: 'der', type: 'pkcs8' })
