import { v7 } from 'uuid'

/** A new UUID v7: ids sort by the time they were made (RFC 9562). */
export const newId = (): string => v7()

/** The least id that can have been made at a time: what is `>=` it was made then or later. */
export const firstIdAt = (at: Date): string => v7({ msecs: at.getTime(), seq: 0, random: new Uint8Array(16) })
