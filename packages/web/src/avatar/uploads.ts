import type { ConfirmUpload, Upload, UploadStatus } from '@likeness/contracts'
import { uploads } from '@likeness/contracts/endpoints'
import { newActionKey } from '../api/action-key.js'
import { call } from '../api/call.js'
import { sendFile } from '../api/send-file.js'
import { session } from '../session/browser-session.js'

/**
 * Picking a file is one action, and agreeing that it replaces another is a second; every try of an action has its key.
 */
const sendKeys = { plain: new WeakMap<File, string>(), replacing: new WeakMap<File, string>() }

function sendKeyOf(file: File, replaceOldest: boolean): string {
  const keys = replaceOldest ? sendKeys.replacing : sendKeys.plain
  const key = keys.get(file) ?? newActionKey()
  keys.set(file, key)
  return key
}

/** Step one: stages a picture, once however often it is tried. See `sendFile` for `onProgress`, aborting and what it throws. */
export async function stageUpload(
  file: File,
  options: { replaceOldest: boolean; signal: AbortSignal; onProgress: (share: number) => void },
): Promise<Upload> {
  const { replaceOldest, signal, onProgress } = options
  const input = {
    query: { filename: file.name, ...(replaceOldest && { replace: 'oldest' as const }) },
    headers: { 'idempotency-key': sendKeyOf(file, replaceOldest) },
    body: file,
  }
  const staged = await session.authorized((token) =>
    sendFile(uploads.create, input, { token, signal, onProgress }),
  )
  return staged.body
}

/**
 * The unfinished upload: the newest one still pending, else one still being published.
 * @param learnLimit called with the largest upload the server takes, in bytes, when it says so
 */
export async function findUnfinished(
  learnLimit: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Upload | undefined> {
  const newest = async (status: UploadStatus) => {
    const { headers, body } = await session.authorized((token) =>
      call(uploads.list, { query: { status, limit: 1 } }, { token, signal }),
    )
    const limit = /\bmax-size=(\d+)/.exec(headers.get('upload-limit') ?? '')
    if (limit) learnLimit(Number(limit[1]))
    return body.items[0]
  }
  const [pending, confirmed] = await Promise.all([newest('pending'), newest('confirmed')])
  return pending ?? confirmed
}

export async function readUpload(id: string, signal: AbortSignal): Promise<Upload> {
  const { body } = await session.authorized((token) =>
    call(uploads.read, { params: { id } }, { token, signal }),
  )
  return body
}

/** The upright preview. Fetched, not linked: it needs the token. */
export async function readPreview(id: string, signal: AbortSignal): Promise<Blob> {
  const { headers, body } = await session.authorized((token) =>
    call(uploads.preview, { params: { id } }, { token, signal }),
  )
  return new Blob([body], { type: headers.get('content-type') ?? '' })
}

/**
 * Step two. Waits up to 10 s for the picture to be live.
 * @param key the same for every try of this confirmation, see `newActionKey`
 */
export async function confirmUpload(
  id: string,
  body: ConfirmUpload,
  key: string,
  signal: AbortSignal,
): Promise<Upload> {
  const headers = { prefer: 'wait=10', 'idempotency-key': key }
  const confirmed = await session.authorized((token) =>
    call(uploads.confirm, { params: { id }, headers, body }, { token, signal }),
  )
  return confirmed.body
}

export async function discardUpload(id: string, signal?: AbortSignal): Promise<void> {
  await session.authorized((token) =>
    call(uploads.remove, { params: { id } }, { token, ...(signal && { signal }) }),
  )
}
