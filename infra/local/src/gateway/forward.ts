import {
  Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http'
import { type Duplex, pipeline } from 'node:stream'
import { hasBody } from '@likeness/runtime/judge-requests'

/** Headers about one connection, which end at the gateway (RFC 9110 §7.6.1), lower case. */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** A client could lie in these headers: the gateway is the edge and sets them itself. */
const saidByTheEdge = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip']

/** Connections to the services, kept open between requests. */
export const serviceConnections = (): Agent => new ServiceConnections({ keepAlive: true, scheduling: 'lifo' })

class ServiceConnections extends Agent {
  override createConnection(...given: Parameters<Agent['createConnection']>) {
    const socket = super.createConnection(...given)
    if (socket) readDespiteFaults(socket)
    return socket
  }
}

/**
 * Once a service has answered and closed, writing fails while the answer still waits to be read, and Node would give up
 * both. Such an error is therefore left to the reading side, which meets it after the answer.
 */
function readDespiteFaults(socket: Duplex): void {
  const write = socket._write.bind(socket)
  const writev = socket._writev?.bind(socket)
  const leave = (done: (error?: Error | null) => void) => (error?: Error | null) =>
    done(error && 'code' in error && (error.code === 'EPIPE' || error.code === 'ECONNRESET') ? null : error)
  socket._write = (chunk, encoding, done) => write(chunk, encoding, leave(done))
  if (writev) socket._writev = (chunks, done) => writev(chunks, leave(done))
}

/**
 * Passes a request on and its answer back, both as streams, and returns once the answer has begun. The headers go ahead
 * of the body, and an answer that comes before the whole body was sent (413) is passed on at once. When one side goes
 * away, the other is ended.
 *
 * @param upstream the base URL of the service, without a path
 * @param onAnswer called right before the answer is written
 * @throws Error of the connection when no answer began
 */
export function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  upstream: string,
  agent: Agent,
  onAnswer: () => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(upstream)
    const passedOn = request({
      agent,
      hostname,
      port,
      method: incoming.method,
      path: incoming.url,
      headers: requestHeaders(incoming),
    })
    const abandon = () => passedOn.destroy()
    outgoing.once('close', abandon)

    passedOn.once('error', (error: NodeJS.ErrnoException) => {
      outgoing.off('close', abandon)
      // The service closed an idle connection at the very moment it was reused: no request had reached it yet.
      const again = passedOn.reusedSocket && error.code === 'ECONNRESET' && !hasBody(incoming)
      if (again) resolve(forward(incoming, outgoing, upstream, agent, onAnswer))
      else reject(error)
    })
    passedOn.once('response', (answer) => {
      // Sending the rest of a body that is no longer read may fail; only the answer counts.
      passedOn.on('error', () => undefined)
      onAnswer()
      outgoing.writeHead(answer.statusCode ?? 502, withoutHopByHop(answer.headers))
      // The headers of Server-Sent Events have to arrive before the first event.
      outgoing.flushHeaders()
      pipeline(answer, outgoing, () => {
        outgoing.off('close', abandon)
        if (incoming.complete) return
        // The service wants no more of the body; the client may still be sending.
        passedOn.destroy()
        incoming.unpipe().resume()
      })
      resolve()
    })
    // A service may refuse by the headers, before a body that the client may be holding back.
    if (hasBody(incoming)) passedOn.flushHeaders()
    incoming.pipe(passedOn)
  })
}

function requestHeaders(incoming: IncomingMessage): IncomingHttpHeaders {
  const headers = withoutHopByHop(incoming.headers)
  for (const name of saidByTheEdge) delete headers[name]
  headers['x-forwarded-for'] = incoming.socket.remoteAddress
  headers['x-forwarded-proto'] = 'http'
  headers['x-forwarded-host'] = incoming.headers.host
  // Node has answered "Expect: 100-continue" by the time this runs.
  delete headers.expect
  // Set explicitly, because Node would send such a body of a GET or DELETE without any framing.
  if (incoming.headers['transfer-encoding'] !== undefined) headers['transfer-encoding'] = 'chunked'
  return headers
}

function withoutHopByHop(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase())
  const dropped = new Set([...hopByHop, ...named])
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name)))
}
