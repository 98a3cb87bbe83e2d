/**
 * A new `Idempotency-Key`: the name of one action of a person, sent with every try of it.
 * `crypto.randomUUID` is missing on pages without https.
 */
export const newKey = (): string => hexOf(crypto.getRandomValues(new Uint8Array(16)))

/** Bytes as hexadecimal, two lower-case digits each. */
export const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
