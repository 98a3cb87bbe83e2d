import type { Upload } from './api.js'
import { exchange } from './call.js'
import type { Client } from './client.js'
import { unreadable } from './error.js'

/** Nothing for longer, not even a heartbeat, means that something between keeps the stream back; in milliseconds. */
const SILENCE = 40_000

export type UploadEvent = { readonly id: string; readonly upload: Upload }

/**
 * The events of an upload from its stream, until the server ends it (WHATWG HTML, server-sent events).
 * @param after the id of the last event that came, or nothing
 * @throws LikenessError
 */
export async function* readEvents(
  client: Client,
  id: string,
  after: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<UploadEvent> {
  // Aborted in the end, it closes the connection.
  const leaving = new AbortController()
  const given = {
    params: { id },
    headers: { accept: 'text/event-stream', ...(after && { 'last-event-id': after }) },
    signal: AbortSignal.any([leaving.signal, ...(signal ? [signal] : [])]),
    retries: 0,
  }
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    const stream = await exchange(
      client,
      'GET /v1/uploads/:id/events',
      given,
      async ({ status, headers, body }) => {
        if (status === 204) return undefined
        if (!body || !headers.get('content-type')?.startsWith('text/event-stream')) throw unreadable(status)
        return body
      },
    )
    const reader = stream?.pipeThrough(new TextDecoderStream()).getReader()
    for (let text = ''; reader; ) {
      timer = setTimeout(() => leaving.abort(unreadable(200)), SILENCE)
      const { done, value } = await reader.read()
      clearTimeout(timer)
      if (done) return
      const frames = `${text}${value}`.split('\n\n')
      text = frames.pop() ?? ''
      for (const frame of frames) {
        const lines = frame.split('\n').map((line) => line.split(/: ?(.*)/s, 2))
        const { id = '', data } = Object.fromEntries(lines) as { id?: string; data?: string }
        if (data !== undefined) yield { id, upload: JSON.parse(data) as Upload }
      }
    }
  } finally {
    clearTimeout(timer)
    leaving.abort()
  }
}
