import { addressOf, type Endpoint } from '@likeness/contracts'
import { type AnswerOf, type Input, type Refusal, readAnswer } from '@likeness/contracts/call'
import { accepted, type Wanted } from './accepted.js'
import { commonHeaders } from './call.js'

/**
 * Sends a file's raw bytes to an endpoint. `XMLHttpRequest`, because `fetch` does not report how much has been sent.
 *
 * Aborting stops the transfer. Once the last byte has left, the server may already have stored the file, so the answer
 * is still awaited and the caller can undo it.
 *
 * @param options `onProgress` is called with the share sent, 0 to 1
 * @throws Fault, or the signal's reason when it was aborted in time
 */
export function sendFile<const Called extends Endpoint>(
  endpoint: Called,
  input: Input<Called> & {
    readonly body: File
    readonly query: object
    readonly headers: Readonly<Record<string, string>>
  },
  options: { token: string; signal: AbortSignal; onProgress: (share: number) => void },
): Promise<Wanted<AnswerOf<Called>>> {
  const { body: file, query, headers } = input
  const { token, signal, onProgress } = options
  signal.throwIfAborted()
  const answered = new Promise<AnswerOf<Called> | Refusal>((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    const abort = () => xhr.abort()
    xhr.open(endpoint.method, addressOf(endpoint, { query }))
    const sent = { ...commonHeaders(token), 'content-type': contentTypeOf(file), ...headers }
    for (const [name, value] of Object.entries(sent)) xhr.setRequestHeader(name, value)
    xhr.responseType = 'arraybuffer'
    xhr.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0)
    xhr.upload.onload = () => signal.removeEventListener('abort', abort)
    xhr.onerror = () => reject(new TypeError('no answer'))
    xhr.onabort = () => reject(signal.reason)
    xhr.onload = () => {
      const bytes = new Uint8Array(xhr.response as ArrayBuffer)
      try {
        resolve(readAnswer(endpoint, { status: xhr.status, headers: headersOf(xhr), bytes }))
      } catch (error) {
        reject(error)
      }
    }
    xhr.onloadend = () => signal.removeEventListener('abort', abort)
    signal.addEventListener('abort', abort)
    xhr.send(file)
  })
  return accepted(answered, signal)
}

/** The server decides by the bytes; the type guessed from the name only has to be an image's. */
function contentTypeOf(file: File): string {
  return file.type.startsWith('image/') ? file.type : 'image/unknown'
}

/** Lines of `name: value`. */
function headersOf(xhr: XMLHttpRequest): Headers {
  const fields = xhr.getAllResponseHeaders().matchAll(/^([^:\r\n]+): *(.*?)\r?$/gm)
  return new Headers(Array.from(fields, ([, name = '', value = '']): [string, string] => [name, value]))
}
