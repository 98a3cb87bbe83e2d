import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

/**
 * What becomes of a request: `pass` it on, `lose` its answer after it was carried out, `cut` a stream of
 * events off after its first one, or answer it in place of the server.
 */
type Fate = 'pass' | 'lose' | 'cut' | ((response: ServerResponse) => void)

/** A proxy between a client and a server, which can fail as networks do. */
export type FaultyProxy = {
  readonly url: string
  /** Decides on each request: its method and address without the query, such as `POST /v1/uploads`. */
  decide: (request: string) => Fate | Promise<Fate>
  /** Every request that came, with its headers. */
  readonly seen: { readonly request: string; readonly headers: IncomingMessage['headers'] }[]
}

/** @param target origin of the server */
export async function openProxy(t: Test, target: string): Promise<FaultyProxy> {
  const proxy: FaultyProxy = { url: '', decide: () => 'pass', seen: [] }
  const server = createServer((near, answer) => {
    void (async () => {
      const name = `${near.method} ${near.url?.replace(/\?.*/, '')}`
      proxy.seen.push({ request: name, headers: near.headers })
      const fate = await proxy.decide(name)
      if (typeof fate === 'function') return fate(answer)
      const far = request(`${target}${near.url}`, { method: near.method, headers: near.headers }, (got) => {
        if (fate === 'lose') {
          got.resume()
          return got.on('end', () => near.socket.destroy())
        }
        answer.writeHead(got.statusCode ?? 502, got.headers)
        if (fate === 'pass') return got.pipe(answer)
        return got.on('data', (part: Buffer) =>
          answer.write(part, () => part.includes('data: ') && near.socket.destroy()),
        )
      })
      far.on('error', () => near.socket.destroy())
      near.on('error', () => far.destroy())
      answer.on('close', () => far.destroy())
      near.pipe(far)
    })()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return Object.assign(proxy, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
}
