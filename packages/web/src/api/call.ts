import { z } from 'zod'
import { unreachable } from './fault.js'
import { readAnswer } from './read-answer.js'

export type Request = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Of this origin, such as `/v1/me`. */
  readonly path: string
  readonly token?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/**
 * Sends JSON, reads JSON.
 * @throws Fault, or the signal's reason when it was aborted
 */
export async function call<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
): Promise<z.output<Schema>> {
  const response = await send(request)
  const text = await response.text().catch((error: unknown) => {
    throw request.signal?.aborted ? error : unreachable()
  })
  return readAnswer({ status: response.status, header: (name) => response.headers.get(name), text }, schema)
}

/** Fetches bytes, such as a picture only its owner may see. Throws as `call` does. */
export async function callForBlob(request: Request): Promise<Blob> {
  const response = await send(request)
  if (response.ok) return response.blob()
  const text = await response.text()
  return readAnswer(
    { status: response.status, header: (name) => response.headers.get(name), text },
    z.never(),
  )
}

async function send({ method, path, token, body, headers, signal }: Request): Promise<Response> {
  try {
    return await fetch(path, {
      method,
      headers: {
        ...commonHeaders(token),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
      cache: 'no-store',
    })
  } catch (error) {
    throw signal?.aborted ? error : unreachable()
  }
}

/** Answers come in the language of the page, whatever the browser prefers. */
export function commonHeaders(token: string | undefined): Record<string, string> {
  return {
    'accept-language': document.documentElement.lang,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
}
