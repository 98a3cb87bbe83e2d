import type { DirectUpload, Upload } from './api.js'
import { type CallOptions, imageTypeOf, read } from './call.js'
import type { Client } from './client.js'
import { isProblem } from './error.js'
import { hexOf } from './key.js'
import { type OnProgress, sendBytes } from './send-bytes.js'

/**
 * Announces a picture, sends it to the storage, and completes it.
 * @returns nothing when the server has no such storage, the storage cannot be reached from here, or nothing can be hashed
 * (a page without https): send it through the server then
 */
export async function sendDirect(
  client: Client,
  file: Blob,
  {
    name,
    query,
    onProgress,
    ...options
  }: CallOptions & {
    name: string | undefined
    query: { userId?: string | undefined; replace?: 'oldest' | undefined }
    onProgress?: OnProgress | undefined
  },
): Promise<Upload | undefined> {
  if (!globalThis.crypto.subtle) return undefined
  const body = {
    filename: name,
    contentType: imageTypeOf(file),
    bytes: file.size,
    sha256: hexOf(new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()))),
  }
  let announced: DirectUpload
  try {
    announced = await read(client, 'POST /v1/uploads/direct', { query, body, ...options })
  } catch (error) {
    if (isProblem(error, 'direct-upload-unavailable')) return undefined
    throw error
  }
  const params = { id: announced.id }
  let stored = false
  try {
    stored = await isStored(announced, file, onProgress, options.signal)
  } finally {
    // An announcement that is left counts as pending until it is out of time.
    if (!stored) await read(client, 'DELETE /v1/uploads/:id', { params }).catch(() => undefined)
  }
  return stored
    ? read(client, 'POST /v1/uploads/:id/complete', { ...options, params, isRepeatable: true })
    : undefined
}

/** Whether the storage took it. @throws the signal's reason when it is aborted */
async function isStored(
  { url, fields }: DirectUpload,
  file: Blob,
  onProgress: OnProgress | undefined,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', file)
  // Packed before it is sent, so that its length is known: storages want that.
  const packed = new Response(form)
  const headers = new Headers({ 'content-type': packed.headers.get('content-type') ?? '' })
  try {
    const body = await packed.blob()
    const answer = await sendBytes(onProgress)(url, { method: 'POST', headers, body, signal: signal ?? null })
    await answer.body?.cancel()
    return answer.ok
  } catch {
    signal?.throwIfAborted()
    return false
  }
}
