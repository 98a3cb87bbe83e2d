import type { ServerResponse } from 'node:http'
import type { Bus } from '@likeness/runtime/bus'
import { uploadsTopic } from '../topics.js'

/** One client's interest in one upload. */
export type Following = {
  /**
   * Resolves at the next notice of the upload, after `ms`, or once `ended` aborts. A notice since the last call
   * counts, so a caller that reads the row and then waits misses nothing.
   */
  next(ms: number): Promise<void>
  /** Aborts when the client leaves, has its answer, or is out of time, and when the process shuts down. */
  readonly ended: AbortSignal
  end(): void
}

/** Lets `Prefer: wait` and the event stream wait for changes of an upload. */
export type UploadNews = {
  /** @param until when the following ends at the latest, as `Date.now()` counts */
  follow(id: string, client: ServerResponse, until: number): Following
  /** Ends every following and resolves once their answers are; later ones end as they begin. */
  close(): Promise<void>
}

// A longer timer would fire at once.
const longestTimerMs = 2 ** 31 - 1

/** Listens once for the whole process. */
export async function openUploadNews(bus: Bus): Promise<UploadNews> {
  const followers = new Map<string, Set<{ ring(): void; end(): void; client: ServerResponse }>>()
  let closed = false
  await bus.subscribe(uploadsTopic, (notice) => {
    for (const follower of followers.get(String(notice.id)) ?? []) follower.ring()
  })

  return {
    follow(id, client, until) {
      const ended = new AbortController()
      let rung = false
      let wake = () => {}
      const ring = () => {
        rung = true
        wake()
      }
      const end = () => {
        clearTimeout(timer)
        client.off('close', end)
        ofUpload.delete(follower)
        if (ofUpload.size === 0) followers.delete(id)
        ended.abort()
        wake()
      }
      const timer = setTimeout(end, Math.min(until - Date.now(), longestTimerMs))
      // The answer's `close`: a connection that is kept alive outlives both.
      client.once('close', end)
      const follower = { ring, end, client }
      const ofUpload = followers.get(id) ?? new Set()
      followers.set(id, ofUpload.add(follower))
      // The client may have left before this listened.
      if (client.destroyed || closed) end()
      return {
        ended: ended.signal,
        end,
        next: (ms) =>
          new Promise((resolve) => {
            wake = () => {
              clearTimeout(poll)
              wake = () => {}
              rung = false
              resolve()
            }
            const poll = setTimeout(() => wake(), ms)
            if (rung || ended.signal.aborted) wake()
          }),
      }
    },
    async close() {
      closed = true
      const open = [...followers.values()].flatMap((ofUpload) => [...ofUpload])
      const answered = open.map(
        ({ client }) => new Promise((resolve) => client.once('close', () => resolve(undefined))),
      )
      for (const follower of open) follower.end()
      await Promise.all(answered)
    },
  }
}
