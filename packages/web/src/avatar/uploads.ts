import { type ConfirmUpload, Upload, UploadPage } from '@likeness/contracts'
import { z } from 'zod'
import { newActionKey } from '../api/action-key.js'
import { call, callForBlob } from '../api/call.js'
import { sendFile } from '../api/send-file.js'
import { session } from '../session/browser-session.js'

/** Picking a file is one action, and agreeing that it replaces another is a second; each try of it has its key. */
const sendKeys = { plain: new WeakMap<File, string>(), replacing: new WeakMap<File, string>() }

function sendKeyOf(file: File, replaceOldest: boolean): string {
  const keys = replaceOldest ? sendKeys.replacing : sendKeys.plain
  const key = keys.get(file) ?? newActionKey()
  keys.set(file, key)
  return key
}

/** Step one: stages a picture, once however often it is tried. See `sendFile` for `onProgress`, aborting and what it throws. */
export function stageUpload(
  file: File,
  options: { replaceOldest: boolean; signal: AbortSignal; onProgress: (share: number) => void },
): Promise<Upload> {
  const query = new URLSearchParams({ filename: file.name })
  if (options.replaceOldest) query.set('replace', 'oldest')
  const { signal, onProgress } = options
  const key = sendKeyOf(file, options.replaceOldest)
  return session.authorized((token) =>
    sendFile({ path: `/v1/uploads?${query}`, token, key, file, signal, onProgress }, Upload),
  )
}

/**
 * What was left unfinished: the newest upload still pending, else one still being published.
 * @param learnLimit called with the largest upload the server takes, in bytes, when it says so
 */
export async function findUnfinished(
  learnLimit: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Upload | undefined> {
  const onHeaders = (headers: Headers) => {
    const limit = /\bmax-size=(\d+)/.exec(headers.get('upload-limit') ?? '')
    if (limit) learnLimit(Number(limit[1]))
  }
  const newest = (status: string) =>
    session.authorized((token) =>
      call(
        { method: 'GET', path: `/v1/uploads?status=${status}&limit=1`, token, signal, onHeaders },
        UploadPage,
      ),
    )
  const [pending, confirmed] = await Promise.all([newest('pending'), newest('confirmed')])
  return pending.items[0] ?? confirmed.items[0]
}

export function readUpload(id: string, signal: AbortSignal): Promise<Upload> {
  return session.authorized((token) =>
    call({ method: 'GET', path: `/v1/uploads/${id}`, token, signal }, Upload),
  )
}

/** The upright preview. Fetched, not linked: it needs the token. */
export function readPreview(id: string, signal: AbortSignal): Promise<Blob> {
  return session.authorized((token) =>
    callForBlob({ method: 'GET', path: `/v1/uploads/${id}/preview`, token, signal }),
  )
}

/**
 * Step two. Waits up to 10 s for the picture to be live.
 * @param key the same for every try of this confirmation, see `newActionKey`
 */
export function confirmUpload(
  id: string,
  body: ConfirmUpload,
  key: string,
  signal: AbortSignal,
): Promise<Upload> {
  return session.authorized((token) =>
    call(
      {
        method: 'POST',
        path: `/v1/uploads/${id}/confirm`,
        token,
        body,
        headers: { prefer: 'wait=10', 'idempotency-key': key },
        signal,
      },
      Upload,
    ),
  )
}

export async function discardUpload(id: string, signal?: AbortSignal): Promise<void> {
  await session.authorized((token) =>
    call(
      { method: 'DELETE', path: `/v1/uploads/${id}`, token, ...(signal ? { signal } : {}) },
      z.undefined(),
    ),
  )
}
