import { randomUUID } from 'node:crypto'
import { v7 } from 'uuid'

/** A new UUID v7: ids sort by the time they were made (RFC 9562). */
export const newId = (): string => v7()

/** The least id that can have been made at a time: what is `>=` it was made then or later. */
export const firstIdAt = (at: Date): string => v7({ msecs: at.getTime(), seq: 0, random: new Uint8Array(16) })

/** A new random id that is told from all of people by its version, UUID v8 (RFC 9562 §5.8). */
export const newKeyId = (): string => randomUUID().replace(/^(.{14})4/, '$18')
