import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Secrets } from './secrets.js'

/** Seals and opens page cursors, so a client can neither read meaning into one nor make one up. */
export type Cursors = {
  /** @param list what is paged: a cursor opens only for the list it was sealed for */
  seal(place: string, list: string): string
  /** The place a page ended with; undefined when the cursor was not sealed here for this list. */
  open(cursor: string, list: string): string | undefined
}

/**
 * @param secrets SERVICE_SECRET; a purpose label keeps its other uses apart
 * @param service whose cursors these are: services that share the secret take none of each other's
 */
export function openCursors(secrets: Secrets, service: string): Cursors {
  const mac = (secret: string, place: string, list: string) =>
    createHmac('sha256', secret)
      .update(JSON.stringify(['cursor', service, list, place]))
      .digest()
      .subarray(0, 16)
  return {
    seal: (place, list) =>
      Buffer.concat([mac(secrets[0], place, list), Buffer.from(place)]).toString('base64url'),
    open(cursor, list) {
      const bytes = Buffer.from(cursor, 'base64url')
      if (bytes.length < 17 || bytes.toString('base64url') !== cursor) return undefined
      const place = bytes.subarray(16).toString()
      const sealed = secrets.some((secret) =>
        timingSafeEqual(bytes.subarray(0, 16), mac(secret, place, list)),
      )
      return sealed ? place : undefined
    },
  }
}
