import { type Caller, isAtLeast } from '@likeness/runtime'
import { findUpload, type UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'

/**
 * The upload a caller may act on: their own, or anyone's for a manager, and not an erased one.
 * @throws Problem upload-not-found, also for another's, so that existence is never disclosed
 */
export async function findUploadFor(deps: Pick<Deps, 'db'>, caller: Caller, id: string): Promise<UploadRow> {
  return shown(await findUpload(deps.db, id, isAtLeast(caller.role, 'manager') ? undefined : caller.id))
}

/**
 * The upload of a link that names it and is good: whoever has the link may see it, and not an erased one.
 * @throws Problem upload-not-found
 */
export async function findLinkedUpload(deps: Pick<Deps, 'db'>, id: string): Promise<UploadRow> {
  return shown(await findUpload(deps.db, id))
}

function shown(row: UploadRow | undefined): UploadRow {
  if (!row || row.status === 'erased') throw problem('upload-not-found')
  return row
}
