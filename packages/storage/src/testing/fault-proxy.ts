import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/**
 * A fault that may happen to one request on its way:
 * - a number: this status is answered, and the server never sees it
 * - `reset`: the connection breaks before the server sees it
 * - `hang`: nothing is ever answered
 * - `lost`: the server does it, but the answer never comes back
 * - `cut`: the connection breaks in the middle of the answer's body
 */
export type Fault = number | 'reset' | 'hang' | 'lost' | 'cut'

/** One request as the proxy sees it. */
export type Seen = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

const codes: Readonly<Record<number, string>> = {
  403: 'AccessDenied',
  429: 'SlowDown',
  503: 'SlowDown',
  507: 'XMinioStorageFull',
}

/** Starts a proxy on loopback in front of an S3 server. `close` also ends requests that hang. */
export async function startFaultProxy(port: number) {
  const proxy = {
    port: 0,
    /** Every request, in order. */
    seen: [] as Seen[],
    /** Decides the fate of each request; without a fault it passes. */
    fault: (_request: Seen): Fault | undefined => undefined,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }

  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => incoming.socket.destroy())
  })

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const seen = { method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers }
    const fault = proxy.fault(seen)
    proxy.seen.push(seen)
    const body = await buffer(incoming)
    if (fault === 'hang') return
    if (fault === 'reset') return void incoming.socket.destroy()
    if (typeof fault === 'number') {
      outgoing.writeHead(fault, { 'content-type': 'application/xml' })
      outgoing.end(`<?xml version="1.0"?><Error><Code>${codes[fault] ?? 'InternalError'}</Code></Error>`)
      return
    }
    const { answer, bytes } = await forward(incoming, body)
    if (fault === 'lost') return void incoming.socket.destroy()
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
    if (fault === 'cut') {
      outgoing.write(bytes.subarray(0, bytes.length / 2), () => incoming.socket.destroy())
    } else {
      outgoing.end(bytes)
    }
  }

  /** Every header goes through as it came: the signature covers Host. */
  function forward(incoming: IncomingMessage, body: Buffer) {
    return new Promise<{ answer: IncomingMessage; bytes: Buffer }>((resolve, reject) => {
      const { method, url: path, headers } = incoming
      request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (answer) => {
        buffer(answer).then((bytes) => resolve({ answer, bytes }), reject)
      })
        .on('error', reject)
        .end(body)
    })
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  proxy.port = (server.address() as AddressInfo).port
  return proxy
}
