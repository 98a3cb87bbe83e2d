import { type IncomingMessage, STATUS_CODES } from 'node:http'

/** The parts of a request that decide its answer. */
export type Asked = Pick<IncomingMessage, 'method' | 'url' | 'headers'>

/** An answer that only waits to be sent. */
export type ReadyAnswer = {
  readonly status: 200 | 304
  /** Names and values in turn, all but the request's id. */
  readonly headers: readonly string[]
  /** The same as they are sent, behind the status line. */
  readonly head: string
  readonly bytes: Buffer | undefined
  /** The message sent last, for as long as it may be sent again. */
  sent: Message | undefined
}

/** An answer with an id of its own, as it is sent within one second; the bytes of a large one follow it. */
export type Message = { readonly bytes: Buffer; readonly idAt: number; readonly second: number }

/** @param headers valid ones, in lower case; what is undefined is left out */
export function readyAnswer(
  status: 200 | 304,
  headers: Readonly<Record<string, string | number | string[] | undefined>>,
  bytes?: Buffer,
): ReadyAnswer {
  const sent = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined || name === 'x-request-id' ? [] : [[name, String(value)]],
  )
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...sent.map(([name, value]) => `${name}: ${value}`),
  ]
  return { status, headers: sent.flat(), head: `${lines.join('\r\n')}\r\n`, bytes, sent: undefined }
}
