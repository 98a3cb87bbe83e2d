import type { Database } from '@likeness/runtime/database'
import type { Tables } from '../database/database.js'
import { variantOf } from '../uploads/upload-files.js'

const batch = 500

/** Notes that files rendered ahead are lost, so that the uploads are rendered from their originals once they are confirmed. */
export async function forgetAhead(db: Database<Tables>, lost: readonly string[]): Promise<void> {
  const ids = [...new Set(lost.flatMap((key) => variantOf(key)?.id ?? []))]
  for (let at = 0; at < ids.length; at += batch)
    await db
      .updateTable('uploads')
      .set({ rendered_ahead: null })
      .where('id', 'in', ids.slice(at, at + batch))
      .execute()
}
