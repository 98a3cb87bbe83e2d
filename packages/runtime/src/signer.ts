import { createHmac, timingSafeEqual } from 'node:crypto'
import { deriveKey, type Secrets } from './secrets.js'

/** Signs texts that leave the service and come back, such as a link: HMAC with SHA-256. */
export type Signer = {
  sign(text: string): string
  /** Whether the text was signed here, with one of the secrets. */
  isSigned(text: string, signature: string): boolean
}

/**
 * @param purpose what is signed: each has keys of its own, so no signature counts for another purpose
 */
export function openSigner(secrets: Secrets, purpose: string): Signer {
  const keyOf = (secret: string) => deriveKey(secret, purpose)
  const [current, ...others] = secrets
  const own = keyOf(current)
  const keys = [own, ...others.map(keyOf)]
  const macOf = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest()
  return {
    sign: (text) => macOf(own, text).toString('base64url'),
    isSigned(text, signature) {
      const given = Buffer.from(signature, 'base64url')
      return keys.some((key) => {
        const mac = macOf(key, text)
        return given.length === mac.length && timingSafeEqual(given, mac)
      })
    },
  }
}
