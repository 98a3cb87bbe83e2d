import type { Upload } from './api.js'
import { read } from './call.js'
import type { Client } from './client.js'
import { LikenessError, unreachable } from './error.js'
import { readEvents } from './events.js'
import { delay, type RetryOptions } from './retry.js'

/** Whether nothing more happens to it by itself. */
const isSettled = ({ status }: Upload): boolean => status !== 'pending' && status !== 'confirmed'

/**
 * An upload as it is now and each time something happens to it, until nothing more does by itself. By server-sent events,
 * resumed where they broke off; by asking again and again where those do not come through. The same state may come twice.
 *
 * ```ts
 * for await (const { status, previewUrl } of uploads.follow(client, id)) show(status, previewUrl)
 * ```
 *
 * @throws LikenessError `upload-not-found`, `session-ended`, or, after as many tries as the client makes, `unreachable`
 * and `overloaded`; the signal's reason when it is aborted
 */
export async function* follow(
  client: Client,
  id: string,
  options: RetryOptions = {},
): AsyncGenerator<Upload, void> {
  const { signal } = options
  let after = ''
  let isStreamed = true
  // Quickly at first: a preview takes a fraction of a second.
  for (let pause = 150; ; pause = Math.min(pause * 1.4, 2_000)) {
    try {
      for await (const event of isStreamed ? readEvents(client, id, after, signal) : []) {
        after = event.id
        yield event.upload
        if (isSettled(event.upload)) return
      }
    } catch (error) {
      signal?.throwIfAborted()
      const { status } = error instanceof LikenessError ? error : unreachable()
      if (status >= 400 && status < 500 && status !== 429) throw error
      // A stream that is refused or never came through will not; one that broke off may.
      isStreamed = status === 0 && after !== ''
    }
    // It broke off, or ended with the access token.
    const upload = await read(client, 'GET /v1/uploads/:id', { params: { id }, ...options })
    yield upload
    if (isSettled(upload)) return
    await delay(pause, signal)
  }
}

/**
 * The first state of an upload that is looked for.
 * @throws LikenessError as `follow`, and `upload-rejected`, `upload-expired`, `upload-discarded` or `upload-failed` when it
 * has ended otherwise
 */
export async function followUntil(
  client: Client,
  id: string,
  options: RetryOptions,
  isFound: (upload: Upload) => boolean,
): Promise<Upload> {
  for await (const upload of follow(client, id, options)) {
    if (isFound(upload)) return upload
    if (isSettled(upload)) throw faultOf(upload)
  }
  throw unreachable()
}

/** The error that an upload ended with, if it did not become the avatar. */
export function faultOf({ status, failure }: Upload): LikenessError {
  const end = status in ends ? (status as keyof typeof ends) : 'failed'
  const [title, detail] = ends[end]
  return new LikenessError(`upload-${end}`, {
    title: `This picture ${title}`,
    detail: failure?.detail ?? detail,
  })
}

const ends = {
  rejected: ['cannot be used', 'Choose another.'],
  expired: ['has expired', 'It was not confirmed in time: send it again.'],
  discarded: ['was discarded', 'Perhaps in another tab: send it again.'],
  failed: ['could not be published', 'Choose another.'],
} as const
