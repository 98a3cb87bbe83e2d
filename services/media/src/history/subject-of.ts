import { Id } from '@likeness/contracts'
import type { Request } from '@likeness/runtime/server'
import type { Subject } from '@likeness/runtime/trail/operators'
import { findAnyDirectUpload } from '../database/direct-uploads.table.js'
import { findAnyUpload } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'

/** The names under which requests name an upload, and a person. */
type Named = { readonly id?: unknown; readonly uploadId?: unknown; readonly userId?: unknown }

/** The person and the upload that a refused request is about, as far as it names them. */
export async function subjectOf({ db }: Pick<Deps, 'db'>, request: Request): Promise<Subject> {
  const { id, uploadId, userId } = { ...(request.query as Named), ...(request.params as Named) }
  const upload = readId(id ?? uploadId)
  if (upload === undefined) return { userId: readId(userId) ?? null }
  const found = (await findAnyUpload(db, upload)) ?? (await findAnyDirectUpload(db, upload))
  return { userId: found?.user_id ?? null, uploadId: found?.id ?? null }
}

const readId = (given: unknown) => Id.safeParse(given).data
