import { type IncomingHttpHeaders, type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'
import { OutboundError, type OutboundGuard } from './outbound-guard.js'

export type OutboundAnswer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** The beginning of its body, no more than was asked for. */
  readonly body: Buffer
}

/**
 * Sends one request to an address that someone else chose, over a connection of its own. Redirects are answers, and not
 * followed. No more of the body is read than asked for.
 * @param options `timeoutMs` for everything, from resolving the name to the last byte that is read
 * @throws OutboundError when there is no answer. Once a status has come, a body that breaks off or takes too long is cut.
 */
export async function sendOutbound(
  guard: OutboundGuard,
  url: URL,
  options: {
    readonly method: 'GET' | 'POST'
    readonly headers: Readonly<Record<string, string>>
    readonly body?: string
    readonly timeoutMs: number
    readonly mostBytes: number
  },
): Promise<OutboundAnswer> {
  if (!guard.permits(url)) throw new OutboundError('refused-address')
  const signal = AbortSignal.timeout(options.timeoutMs)
  let answer: IncomingMessage
  try {
    answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = (url.protocol === 'https:' ? requestTls : requestPlain)(url, {
        method: options.method,
        headers: options.headers,
        lookup: guard.lookup,
        // A kept connection would be one whose address was judged earlier.
        agent: false,
        signal,
      })
      request.on('response', resolve).on('error', reject)
      request.end(options.body)
    })
  } catch (error) {
    throw faultOf(error, signal)
  }
  const body = await readSome(answer, options.mostBytes)
  return { status: answer.statusCode ?? 0, headers: answer.headers, body }
}

async function readSome(answer: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= mostBytes) break
    }
  } catch {
    // The status says what matters.
  } finally {
    answer.destroy()
  }
  return Buffer.concat(chunks).subarray(0, mostBytes)
}

function faultOf(error: unknown, signal: AbortSignal): OutboundError {
  if (error instanceof OutboundError) return error
  if (signal.aborted) return new OutboundError('timeout', { cause: error })
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const isOfTls = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO|HOSTNAME_|EPROTO)/.test(code)
  return new OutboundError(isOfTls ? 'no-tls' : 'unreachable', { cause: error })
}
