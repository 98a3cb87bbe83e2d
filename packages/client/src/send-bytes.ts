import type { Transport } from './call.js'

/** The share of the bytes that has left, 0 to 1. */
export type OnProgress = (share: number) => void

/**
 * A transport that reports how much of a `Blob` has left. Aborting stops it until the last byte has left: the server may
 * have the whole by then, so the answer is still awaited and the caller can undo it.
 */
export const sendBytes = (onProgress: OnProgress = () => {}): Transport =>
  // Browsers stream the body of a `fetch` over HTTP/2 only, or not at all.
  typeof XMLHttpRequest === 'undefined' ? byFetch(onProgress) : byXhr(onProgress)

const byXhr =
  (onProgress: OnProgress): Transport =>
  (url, { method = 'POST', headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const xhr = new XMLHttpRequest()
      const abort = () => xhr.abort()
      const settle = () => signal?.removeEventListener('abort', abort)
      xhr.open(method, url)
      headers.forEach((value, name) => {
        xhr.setRequestHeader(name, value)
      })
      xhr.responseType = 'arraybuffer'
      xhr.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0)
      xhr.upload.onload = settle
      xhr.onerror = () => reject(new TypeError('no answer'))
      xhr.onabort = () => reject(signal?.reason)
      xhr.onload = () => {
        const headers = new Headers()
        for (const line of xhr.getAllResponseHeaders().split('\r\n')) {
          const [name, value] = line.split(/: (.*)/, 2)
          if (name && value) headers.append(name, value)
        }
        const bytes = xhr.status === 204 ? null : (xhr.response as ArrayBuffer)
        resolve(new Response(bytes, { status: xhr.status, headers }))
      }
      xhr.onloadend = settle
      signal?.addEventListener('abort', abort)
      xhr.send(body as Blob)
    })

const byFetch =
  (onProgress: OnProgress): Transport =>
  async (url, init) => {
    const blob = init.body as Blob
    const leaving = new AbortController()
    const abort = () => leaving.abort(init.signal?.reason)
    init.signal?.addEventListener('abort', abort)
    const settle = () => init.signal?.removeEventListener('abort', abort)
    let sent = 0
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        controller.enqueue(chunk)
        sent += chunk.byteLength
        onProgress(sent / blob.size)
        if (sent === blob.size) settle()
      },
    })
    // A service worker has neither.
    const isWorker = 'ServiceWorkerGlobalScope' in globalThis
    const body = isWorker ? blob : blob.stream().pipeThrough(counted)
    init.headers.set('content-length', String(blob.size))
    try {
      return await fetch(url, { ...init, body, signal: leaving.signal, duplex: 'half' } as RequestInit)
    } finally {
      settle()
    }
  }
