import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { MediaExport } from '@likeness/contracts'
import { isServiceToken } from '@likeness/runtime'
import type { Test } from 'tap'
import { serviceSecret } from './start-accounts.js'

/** The other side of what accounts asks media, on a port of its own. */
export async function startMediaPeer(t: Test) {
  const peer = {
    url: '',
    /** Users it was asked to erase, in order. */
    asked: [] as string[],
    /** How often it answers that it is not done yet. */
    busy: 0,
    /** Answers 503 to everything. */
    away: false,
    export: { uploads: [], files: [] } as MediaExport,
    files: new Map<string, Buffer>(),
  }
  const server = createServer((request, response) => {
    const token = request.headers.authorization?.replace('Bearer ', '') ?? ''
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://media')
    const [, id = '', rest = ''] = /^\/internal\/users\/([^/]+)\/?(.*)$/.exec(pathname) ?? []
    void isServiceToken([serviceSecret], token, 'media').then((known) => {
      if (!known) return response.writeHead(401).end()
      if (peer.away) return response.writeHead(503).end()
      if (request.method === 'DELETE') {
        peer.asked.push(id)
        peer.busy -= 1
        return response.writeHead(peer.busy >= 0 ? 202 : 204).end()
      }
      if (rest === 'export') {
        return response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify(peer.export))
      }
      const bytes = peer.files.get(searchParams.get('path') ?? '')
      return bytes ? response.writeHead(200).end(bytes) : response.writeHead(404).end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  peer.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return peer
}
