import { findUpload } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import type { UntilSettled } from '../uploads/answer-upload.js'
import type { UploadNews } from './upload-news.js'

// The row is read again after this long, since a notice may be missed.
const pollMs = 1_000

/** Lets requests wait for the upload that they confirmed. */
export const openUntilSettled =
  ({ db }: Pick<Deps, 'db'>, news: UploadNews): UntilSettled =>
  async (row, ms, client) => {
    const following = news.follow(row.id, client, Date.now() + ms)
    try {
      for (let newest = row; ; await following.next(pollMs)) {
        newest = (await findUpload(db, row)) ?? newest
        if (newest.status !== 'confirmed' || following.ended.aborted) return newest
      }
    } finally {
      following.end()
    }
  }
