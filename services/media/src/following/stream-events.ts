import { Readable } from 'node:stream'
import type { Upload } from '@likeness/contracts'
import type { uploads } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { noteReading } from '@likeness/runtime/trail/operators'
import { findNews } from '../database/upload-events.table.js'
import type { UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { findUploadFor } from '../uploads/find-upload.js'
import { viewUpload } from '../uploads/upload-view.js'
import type { Following, UploadNews } from './upload-news.js'
import { type Entrances, followerOf } from './who-follows.js'

// The trail is read again after this long, since a notice may be missed and a session may end.
const pollMs = 5_000
// Shorter than the idle timeout of proxies, most of which wait a minute.
const heartbeatMs = 15_000
const reconnectMs = 1_000
const page = 100
// Per caller and process: a page needs one, and a browser has six connections.
const mostStreams = 20

/**
 * `uploads.follow`: what happens to an upload, as it happens (WHATWG HTML, server-sent events).
 * The answer is an ordinary stream, which Fastify sends no faster than it is read and destroys with its client.
 */
export function streamEventsHandler(
  deps: Deps,
  options: { news: UploadNews } & Entrances,
): Handler<typeof uploads.follow> {
  const { news, isEnded } = options
  const streams = new Map<string, number>()
  const count = (callerId: string, change: number) => {
    const open = (streams.get(callerId) ?? 0) + change
    if (open > 0) streams.set(callerId, open)
    else streams.delete(callerId)
  }
  return async (request, reply) => {
    const { id } = request.params
    const caller = await followerOf(deps, options, request, { uploadId: id, ticket: request.query.ticket })
    const row = await findUploadFor(deps, caller, id)
    const reading = { caller, action: 'upload-followed', userId: row.user_id, uploadId: row.id } as const
    await noteReading(deps.db, request, reading)
    const after = Number(request.headers['last-event-id'] ?? 0)
    if (after > 0 && isSettled(row) && (await findNews(deps.db, row, after, 1))?.events.length === 0) {
      // 204 is the one answer after which a browser does not connect again.
      return reply.code(204).send()
    }
    if ((streams.get(caller.id) ?? 0) >= mostStreams)
      throw problem('rate-limited', { parameters: { seconds: 5 }, headers: { 'retry-after': '5' } })

    const stream = reply
      .type('text/event-stream')
      // `x-accel-buffering`: nginx passes each event on at once.
      .header('x-accel-buffering', 'no')
      .code(200)
    if (request.method === 'HEAD') return stream.send('')
    const following = news.follow(row.id, reply.raw, caller.expiresAt)
    const listening = () => !following.ended.aborted && !isEnded(caller)
    if (!following.ended.aborted) count(caller.id, 1)
    following.ended.addEventListener('abort', () => {
      count(caller.id, -1)
      // A client that does not read what was sent would never read the end.
      if (reply.raw.writableNeedDrain) reply.raw.destroy()
    })
    return stream.send(Readable.from(tell(deps, row, after, following, listening)))
  }
}

/** The text of the stream: all events after `after`, then each as it comes. */
async function* tell(
  deps: Deps,
  upload: UploadRow,
  after: number,
  following: Following,
  listening: () => boolean,
): AsyncGenerator<string> {
  yield `retry: ${reconnectMs}\n\n`
  let beat = Date.now()
  for (let seq = after; listening(); ) {
    const now = await findNews(deps.db, upload, seq, page)
    if (!now) return
    const view = now.events.length > 0 ? await viewUpload(deps, now.row) : undefined
    for (const event of now.events) {
      if (view) yield frame(event, view)
      seq = event.seq
      beat = Date.now()
    }
    if (now.events.length === page) continue
    if (isSettled(now.row)) return
    if (Date.now() - beat >= heartbeatMs) {
      yield ':\n\n'
      beat = Date.now()
    }
    await following.next(pollMs)
  }
}

const frame = (event: { seq: number; name: string }, upload: Upload) =>
  `id: ${event.seq}\nevent: ${event.name}\ndata: ${JSON.stringify(upload)}\n\n`

/** Whether nothing more happens by itself. */
const isSettled = ({ status }: UploadRow) => status !== 'pending' && status !== 'confirmed'
