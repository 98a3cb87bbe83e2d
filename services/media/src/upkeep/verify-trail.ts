import { type Verified, verifyTrail as verify } from '@likeness/runtime/trail/verify-trail'
import { trailTables } from '../database/upload-events.trail.js'
import type { Deps } from '../deps.js'

/** Verifies the seals of the trail. What does not fit is an error in the log, and a row of `trail_verifications`. */
export async function verifyTrail({ db, logger }: Pick<Deps, 'db' | 'logger'>): Promise<Verified> {
  const verified = await verify(db, trailTables)
  if (!verified.whole)
    logger.error({ security: 'trail-altered', fault: verified.fault }, 'the trail is not as it was sealed')
  return verified
}
