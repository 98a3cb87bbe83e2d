/**
 * A name for one action of a person, sent as `Idempotency-Key` with every try, so that the server performs it once.
 * `crypto.randomUUID` is missing on pages without https.
 */
export const newActionKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  )
