import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { openTurns } from '@likeness/runtime/turns'
import { hash, parseOptions, verify } from '@node-rs/argon2'
import type { PasswordConfig } from '../config.js'
import { problem } from '../problems.js'

/** Hashes and verifies passwords with Argon2id, a few at a time. */
export type Hasher = {
  hash(password: string): Promise<string>
  /** Does the same work for an absent hash, and answers false. */
  verify(hash: string | undefined, password: string): Promise<boolean>
  /** Whether a hash was made with weaker parameters than today's. */
  isOutdated(hash: string): boolean
}

// Algorithm.Argon2id: a module compiled on its own cannot use a const enum.
const argon2id = 2
// Each hash takes a core and a thread of the pool that files and DNS also use, which has four.
const atOnce = Math.min(availableParallelism(), 3)
// At 50 ms each, the last of these waits a few seconds; the next is better told to come back.
const mostWaiting = 100

const overloaded = () => problem('overloaded', { headers: { 'retry-after': '2' } })

/**
 * Argon2id, version 19, one lane (OWASP Password Storage; RFC 9106). A password is hashed in NFKC, so that
 * it is the same on every keyboard (NIST SP 800-63B-4 §3.1.1.2).
 */
export function openHasher(config: PasswordConfig): Hasher {
  const parameters = {
    algorithm: argon2id,
    memoryCost: config.ARGON2_MEMORY_KIB,
    timeCost: config.ARGON2_PASSES,
    parallelism: 1,
  }
  const inTurn = openTurns({ atOnce, mostWaiting, refuse: overloaded })
  const nobodys = hash(randomBytes(32), parameters)

  return {
    hash: (password) => inTurn(() => hash(password.normalize('NFKC'), parameters)),
    async verify(known, password) {
      const hashed = known ?? (await nobodys)
      const right = await inTurn(() => verify(hashed, password.normalize('NFKC')))
      return right && known !== undefined
    },
    isOutdated(hashed) {
      const { algorithm, memoryCost, timeCost } = parseOptions(hashed)
      return (
        algorithm !== parameters.algorithm ||
        memoryCost < parameters.memoryCost ||
        timeCost < parameters.timeCost
      )
    },
  }
}
