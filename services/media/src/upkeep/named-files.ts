import type { Database } from '@likeness/runtime/database'
import type { Tables } from '../database/database.js'
import { listFileOwners } from '../database/upkeep.queries.js'
import { aheadFiles } from '../uploads/render-ahead.js'
import { avatarFiles, originalKey, previewKey } from '../uploads/upload-files.js'

const batch = 500

/**
 * The keys of the blobs that rows name, those of some hundred uploads at a time; one may come twice. Direct uploads are
 * left out: theirs may not have arrived yet.
 */
export async function* namedFiles(db: Database<Tables>): AsyncGenerator<string[]> {
  for (let after: string | undefined; ; ) {
    const rows = await listFileOwners(db, after, batch)
    if (rows.length === 0) return
    yield rows.flatMap((row) => [
      ...(row.original_deleted_at === null ? [originalKey(row)] : []),
      ...(row.prepared_at === null ? [] : [previewKey(row)]),
      ...variantsOf(row),
    ])
    after = rows.at(-1)?.id
  }
}

function variantsOf(row: Awaited<ReturnType<typeof listFileOwners>>[number]): string[] {
  const { blob_prefix, sizes, formats } = row
  if (blob_prefix === null || sizes === null || formats === null) return aheadFiles(row)
  return avatarFiles({ blob_prefix, sizes, formats })
}
