import { createCipheriv, createDecipheriv, createPrivateKey, type KeyObject, randomBytes } from 'node:crypto'
import { deriveKey } from '@likeness/runtime/secrets'

const ivBytes = 12
const tagBytes = 16
const keyOf = (secret: string) => deriveKey(secret, 'likeness signing keys')

/**
 * Encrypts a private key for the database: AES-256-GCM under a key derived from KEY_SECRET (RFC 5869),
 * bound to its `kid`.
 */
export function sealKey(secret: string, kid: string, key: KeyObject): Buffer {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret), iv).setAAD(Buffer.from(kid))
  const sealed = Buffer.concat([cipher.update(key.export({ format: 'der', type: 'pkcs8' })), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed])
}

/** @throws Error when the key was sealed with another secret, or the row was changed. */
export function openSealedKey(secret: string, kid: string, sealed: Buffer): KeyObject {
  const decipher = createDecipheriv('aes-256-gcm', keyOf(secret), sealed.subarray(0, ivBytes), {
    authTagLength: tagBytes,
  })
    .setAAD(Buffer.from(kid))
    .setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes))
  const der = Buffer.concat([decipher.update(sealed.subarray(ivBytes + tagBytes)), decipher.final()])
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
}
