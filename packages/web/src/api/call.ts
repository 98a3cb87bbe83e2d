import { z } from 'zod'
import { unreachable } from './fault.js'
import { type Answer, readAnswer } from './read-answer.js'

export type Request = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Of this origin, such as `/v1/me`. */
  readonly path: string
  readonly token?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** Called with the headers of the answer, whatever its status. */
  readonly onHeaders?: (headers: Headers) => void
}

/** The body of an answer whose status says it all. */
export const Nothing = z.null().optional()

/**
 * Sends JSON, reads JSON.
 * @throws Fault, or the signal's reason when it was aborted
 */
export async function call<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
): Promise<z.output<Schema>> {
  const response = await send(request)
  request.onHeaders?.(response.headers)
  return readAnswer(await answerOf(request, response), schema)
}

/** Fetches bytes, such as a picture only its owner may see. Throws as `call` does. */
export async function callForBlob(request: Request): Promise<Blob> {
  const response = await send(request)
  if (response.ok) return orUnreachable(request, response.blob())
  return readAnswer(await answerOf(request, response), z.never())
}

async function answerOf(request: Request, response: Response): Promise<Answer> {
  const text = await orUnreachable(request, response.text())
  return { status: response.status, header: (name) => response.headers.get(name), text }
}

function send({ method, path, token, body, headers, signal }: Request): Promise<Response> {
  const response = fetch(path, {
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
  return orUnreachable({ signal }, response)
}

/** `fetch` rejects with a bare TypeError when the connection fails, before or within the answer. */
async function orUnreachable<Result>(
  { signal }: { signal?: AbortSignal | undefined },
  answer: Promise<Result>,
): Promise<Result> {
  try {
    return await answer
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
