import type { IncomingMessage } from 'node:http'
import type { Bus, Database } from '@likeness/runtime'
import type { Tables } from '../database/database.js'
import { findUpload, type UploadRow } from '../database/uploads.table.js'
import { uploadsTopic } from './announce.js'

const longestWaitSeconds = 30
// A notice may be missed; then the row is read again after this long.
const pollMs = 1_000

/** Seconds of `Prefer: wait=N` (RFC 7240 §4.3), at most 30; 0 without one. */
export function preferredWait(prefer: string | string[] | undefined): number {
  const found = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?/i.exec([prefer ?? ''].flat().join(','))
  return Math.min(Number(found?.[1] ?? 0), longestWaitSeconds)
}

/** Lets requests wait until an upload is published or has failed. */
export type UploadWaiter = {
  /** Resolves with the newest row seen, at the latest after `ms` or when the client leaves. */
  untilSettled(row: UploadRow, ms: number, client: IncomingMessage): Promise<UploadRow>
}

/** Listens once for the whole process. */
export async function openUploadWaiter(bus: Bus, db: Database<Tables>): Promise<UploadWaiter> {
  const waiting = new Map<string, Set<() => void>>()
  await bus.subscribe(uploadsTopic, (notice) => {
    for (const wake of waiting.get(String(notice.id)) ?? []) wake()
  })

  /** Resolves at the next notice of this upload, or after `ms`, or when the client leaves. */
  function nextNews(id: string, ms: number, left: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wakers = waiting.get(id) ?? new Set()
      waiting.set(id, wakers)
      const wake = () => {
        clearTimeout(timer)
        left.removeEventListener('abort', wake)
        wakers.delete(wake)
        if (wakers.size === 0) waiting.delete(id)
        resolve()
      }
      const timer = setTimeout(wake, ms)
      wakers.add(wake)
      left.addEventListener('abort', wake)
      if (left.aborted) wake()
    })
  }

  return {
    async untilSettled(row, ms, client) {
      const deadline = Date.now() + ms
      const left = new AbortController()
      const leave = () => left.abort()
      client.socket.once('close', leave)
      try {
        let newest = row
        while (newest.status === 'confirmed' && Date.now() < deadline && !left.signal.aborted) {
          const news = nextNews(row.id, Math.min(pollMs, deadline - Date.now()), left.signal)
          // Listening before reading: a change between the two cannot be missed.
          newest = (await findUpload(db, row.id, row.user_id)) ?? newest
          if (newest.status !== 'confirmed') break
          await news
          newest = (await findUpload(db, row.id, row.user_id)) ?? newest
        }
        return newest
      } finally {
        client.socket.off('close', leave)
        leave()
      }
    },
  }
}
