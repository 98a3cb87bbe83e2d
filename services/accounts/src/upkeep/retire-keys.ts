import { deleteSigningKeys, listSigningKeys } from '../database/signing-keys.table.js'
import type { Deps } from '../deps.js'
import { sortKeys } from '../keys/rotate-keys.js'

/** Deletes signing keys whose last token has expired. They are no longer published. */
export async function retireKeys(
  { config, db }: Pick<Deps, 'config' | 'db'>,
  options: { dryRun: boolean },
): Promise<{ retired: string[] }> {
  const { retired } = sortKeys(await listSigningKeys(db), config, new Date())
  const kids = retired.map((key) => key.kid)
  if (!options.dryRun) await deleteSigningKeys(db, kids)
  return { retired: kids }
}
