import { writeSealFile } from '@likeness/runtime/trail/seal-file'
import { type Sealed, sealTrail as seal } from '@likeness/runtime/trail/seal-trail'
import { trailTables } from '../database/upload-events.trail.js'
import type { Deps } from '../deps.js'

/** Seals the events of the trail that no transaction can add to any more, and notes the last seal in SEAL_FILE. */
export async function sealTrail(
  { config, db }: Pick<Deps, 'config' | 'db'>,
  options: { readonly dryRun: boolean },
): Promise<Sealed> {
  const sealed = await seal(db, trailTables, options)
  if (config.SEAL_FILE !== undefined && !options.dryRun) await writeSealFile(db, 'media', config.SEAL_FILE)
  return sealed
}
