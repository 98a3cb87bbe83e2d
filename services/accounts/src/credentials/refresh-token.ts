import { createHmac, timingSafeEqual } from 'node:crypto'
import { deriveKey, type Secrets } from '@likeness/runtime/secrets'
import type { SessionRow } from '../database/sessions.table.js'

/**
 * Refresh tokens of a session, derived from its random seed and the number of the generation with a key that is not in
 * the database. No token is stored, not even hashed; one sent again after a lost answer gets the same successor; and a
 * token of any earlier generation is recognised.
 */
export type RefreshTokens = {
  /** The token of the session's present generation. */
  of(session: Pick<SessionRow, 'id' | 'seed' | 'generation'>): string
  /** Whether a token is the one the session was given at that generation. */
  isGenuine(session: Pick<SessionRow, 'id' | 'seed'>, claimed: ClaimedToken): boolean
}

/** The claims of a token before it is verified. */
export type ClaimedToken = { readonly sessionId: string; readonly generation: number; readonly mac: Buffer }

// The prefix lets secret scanners recognise a leaked token. After it: 16 bytes of session, 4 of generation, 32 of MAC.
const prefix = 'lkr_'
const size = 52

/** @param secrets KEY_SECRET, and the other one while it is being changed */
export function openRefreshTokens([current, ...others]: Secrets): RefreshTokens {
  const keyOf = (secret: string) => deriveKey(secret, 'likeness refresh tokens')
  const key = keyOf(current)
  const keys = [key, ...others.map(keyOf)]
  const macOf = (name: Buffer, seed: Buffer, by = key) =>
    createHmac('sha256', by).update(name).update(seed).digest()
  return {
    of({ id, seed, generation }) {
      const name = nameOf(id, generation)
      return prefix + Buffer.concat([name, macOf(name, seed)]).toString('base64url')
    },
    isGenuine(session, { generation, mac }) {
      const name = nameOf(session.id, generation)
      return keys.some((by) => timingSafeEqual(mac, macOf(name, session.seed, by)))
    },
  }
}

/** Reads a token; undefined when it is not even shaped like one. */
export function readRefreshToken(token: string): ClaimedToken | undefined {
  if (!token.startsWith(prefix)) return undefined
  const bytes = Buffer.from(token.slice(prefix.length), 'base64url')
  if (bytes.length !== size || prefix + bytes.toString('base64url') !== token) return undefined
  return {
    sessionId: bytes.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    generation: bytes.readUInt32BE(16),
    mac: bytes.subarray(20),
  }
}

function nameOf(sessionId: string, generation: number): Buffer {
  const name = Buffer.alloc(20)
  name.write(sessionId.replaceAll('-', ''), 'hex')
  name.writeUInt32BE(generation, 16)
  return name
}
