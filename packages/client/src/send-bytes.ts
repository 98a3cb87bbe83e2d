import type { Transport } from './call.js'

/** The share of the bytes that has left, 0 to 1. */
export type OnProgress = (share: number) => void

/**
 * A transport that reports how much of a `Blob` has left. Aborting stops it until the last byte has left: the server may
 * have the whole by then, so the answer is still awaited and the caller can undo it.
 */
export const sendBytes =
  (onProgress: OnProgress = () => {}): Transport =>
  async (url, init) => {
    const { signal } = init
    const sent = new AbortController()
    const stopping = new AbortController()
    signal?.addEventListener('abort', () => stopping.abort(), { signal: sent.signal })
    const onSent = (share: number) => {
      onProgress(share)
      if (share === 1) sent.abort()
    }
    try {
      // Browsers stream the body of a `fetch` over HTTP/2 only, or not at all.
      const isPage = typeof XMLHttpRequest !== 'undefined'
      return await (isPage ? byXhr : byFetch)(url, { ...init, signal: stopping.signal }, onSent)
    } finally {
      sent.abort()
    }
  }

type Sender = (
  url: string,
  init: Parameters<Transport>[1] & { signal: AbortSignal },
  onSent: OnProgress,
) => Promise<Response>

const byXhr: Sender = async (url, { method = 'POST', headers, body, signal }, onSent) => {
  const xhr = new XMLHttpRequest()
  await new Promise((resolve, reject) => {
    xhr.open(method, url)
    headers.forEach((value, name) => {
      xhr.setRequestHeader(name, value)
    })
    xhr.responseType = 'arraybuffer'
    xhr.upload.onprogress = ({ loaded, total }) => onSent(total > 0 ? loaded / total : 0)
    xhr.onload = resolve
    // Comes after each end; after `load` it changes nothing.
    xhr.onloadend = reject
    signal.addEventListener('abort', () => xhr.abort())
    xhr.send(body as Blob)
  })
  const { status, response } = xhr
  const answered = new Headers()
  for (const line of xhr.getAllResponseHeaders().split('\r\n')) {
    const [name, value] = line.split(/: (.*)/, 2)
    if (name && value) answered.append(name, value)
  }
  return new Response(response.byteLength > 0 ? response : null, { status, headers: answered })
}

const byFetch: Sender = (url, init, onSent) => {
  const blob = init.body as Blob
  let count = 0
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      controller.enqueue(chunk)
      count += chunk.byteLength
      onSent(count / blob.size)
    },
  })
  // A service worker has neither.
  const body = 'ServiceWorkerGlobalScope' in globalThis ? blob : blob.stream().pipeThrough(counted)
  init.headers.set('content-length', String(blob.size))
  return fetch(url, { ...init, body, duplex: 'half' } as RequestInit)
}
