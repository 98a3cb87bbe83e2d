import type { z } from 'zod'
import { commonHeaders } from './call.js'
import { unreachable } from './fault.js'
import { readAnswer } from './read-answer.js'

/**
 * Posts a file's raw bytes. `XMLHttpRequest`, because `fetch` does not tell how much has been sent.
 *
 * Aborting stops the transfer. Once the last byte has left, the server may already have kept it: then the
 * answer is awaited all the same, so that the caller can undo what was made.
 *
 * @param request `key` names the action, see `newActionKey`
 * @param onProgress called with the share sent, 0 to 1
 * @throws Fault, or the signal's reason when it was aborted in time
 */
export function sendFile<Schema extends z.ZodType>(
  request: {
    path: string
    token: string
    key: string
    file: File
    signal: AbortSignal
    onProgress: (share: number) => void
  },
  schema: Schema,
): Promise<z.output<Schema>> {
  const { path, token, key, file, signal, onProgress } = request
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    const abort = () => xhr.abort()
    xhr.open('POST', path)
    for (const [name, value] of Object.entries(commonHeaders(token))) xhr.setRequestHeader(name, value)
    xhr.setRequestHeader('content-type', contentTypeOf(file))
    xhr.setRequestHeader('idempotency-key', key)
    xhr.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0)
    xhr.upload.onload = () => signal.removeEventListener('abort', abort)
    xhr.onerror = () => reject(unreachable())
    xhr.onabort = () => reject(signal.reason)
    xhr.onload = () => {
      const answer = {
        status: xhr.status,
        header: (name: string) => xhr.getResponseHeader(name),
        text: xhr.responseText,
      }
      try {
        resolve(readAnswer(answer, schema))
      } catch (fault) {
        reject(fault)
      }
    }
    xhr.onloadend = () => signal.removeEventListener('abort', abort)
    signal.addEventListener('abort', abort)
    xhr.send(file)
  })
}

/** The server decides by the bytes; what the system guessed from the name only has to be an image's. */
function contentTypeOf(file: File): string {
  return file.type.startsWith('image/') ? file.type : 'image/unknown'
}
