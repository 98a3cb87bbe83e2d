import { type Caller, isAtLeast } from '@likeness/runtime/caller'
import {
  type DirectUploadRow,
  findAnyDirectUpload,
  findDirectUpload,
} from '../database/direct-uploads.table.js'
import { findAnyUpload, findUpload, type UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'

// A manager may act on anyone's uploads, everyone else on their own.

/** The upload a caller may act on, which may be erased; undefined also for another's. */
export function findWithErasedFor(
  { db }: Pick<Deps, 'db'>,
  caller: Caller,
  id: string,
): Promise<UploadRow | undefined> {
  return isAtLeast(caller.role, 'manager')
    ? findAnyUpload(db, id)
    : findUpload(db, { user_id: caller.id, id })
}

/** The direct upload a caller may act on; undefined also for another's. */
export function findDirectUploadFor(
  { db }: Pick<Deps, 'db'>,
  caller: Caller,
  id: string,
): Promise<DirectUploadRow | undefined> {
  return isAtLeast(caller.role, 'manager')
    ? findAnyDirectUpload(db, id)
    : findDirectUpload(db, { user_id: caller.id, id })
}

/**
 * The upload a caller may act on, and not an erased one.
 * @throws Problem upload-not-found, also for another's, so that existence is never disclosed
 */
export async function findUploadFor(deps: Pick<Deps, 'db'>, caller: Caller, id: string): Promise<UploadRow> {
  return unlessErased(await findWithErasedFor(deps, caller, id))
}

/**
 * The upload that a valid link names, and not an erased one: anyone who has the link may see it.
 * @throws Problem upload-not-found
 */
export async function findLinkedUpload(deps: Pick<Deps, 'db'>, id: string): Promise<UploadRow> {
  return unlessErased(await findAnyUpload(deps.db, id))
}

/** @throws Problem upload-not-found, also of an erased upload */
export function unlessErased(row: UploadRow | undefined): UploadRow {
  if (!row || row.status === 'erased') throw problem('upload-not-found')
  return row
}
