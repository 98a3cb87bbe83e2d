import { createHmac, timingSafeEqual } from 'node:crypto'

/** Where a page ended: the time and id of its last row. */
export type Position = { readonly at: Date; readonly id: string }

/** Seals and opens page cursors, so a client can neither read meaning into one nor make one up. */
export type Cursors = {
  seal(position: Position): string
  /** undefined when the cursor was not sealed here. */
  open(cursor: string): Position | undefined
}

/** @param secret SERVICE_SECRET; a purpose label keeps its other uses apart. */
export function openCursors(secret: string): Cursors {
  const mac = (payload: string) =>
    createHmac('sha256', secret).update(`cursor:${payload}`).digest().subarray(0, 16)
  return {
    seal({ at, id }) {
      const payload = `${at.toISOString()}|${id}`
      return Buffer.concat([mac(payload), Buffer.from(payload)]).toString('base64url')
    },
    open(cursor) {
      const bytes = Buffer.from(cursor, 'base64url')
      if (bytes.length < 17 || bytes.toString('base64url') !== cursor) return undefined
      const payload = bytes.subarray(16).toString()
      if (!timingSafeEqual(bytes.subarray(0, 16), mac(payload))) return undefined
      const [at = '', id = ''] = payload.split('|')
      return { at: new Date(at), id }
    },
  }
}
