import type { ServiceName } from '@likeness/contracts'
import type { Kysely } from 'kysely'
import type { Logger } from '../logger.js'
import type { TrailTable } from './format.js'
import { writeSealFile } from './seal-file.js'
import { type Sealed, sealTrail } from './seal-trail.js'
import { type Verified, verifyTrail } from './verify-trail.js'

/** The trail of a service: its tables, and the name that its seals are noted under. */
export type Trail = { readonly service: ServiceName; readonly tables: readonly TrailTable[] }

/** Seals the events of the trail that no transaction can add to any more, and notes the last seal in SEAL_FILE. */
export async function sealAndNote<Tables>(
  { service, tables }: Trail,
  {
    config,
    db,
  }: { readonly config: { readonly SEAL_FILE?: string | undefined }; readonly db: Kysely<Tables> },
  options: { readonly dryRun: boolean },
): Promise<Sealed> {
  const sealed = await sealTrail(db, tables, options)
  if (config.SEAL_FILE !== undefined && !options.dryRun) await writeSealFile(db, service, config.SEAL_FILE)
  return sealed
}

/** Verifies the seals of the trail. What does not fit is an error in the log, and a row of `trail_verifications`. */
export async function verifyAndTell<Tables>(
  { tables }: Trail,
  { db, logger }: { readonly db: Kysely<Tables>; readonly logger: Logger },
): Promise<Verified> {
  const verified = await verifyTrail(db, tables)
  if (!verified.whole)
    logger.error({ security: 'trail-altered', fault: verified.fault }, 'the trail is not as it was sealed')
  return verified
}
