import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { MediaExport } from '@likeness/contracts'
import { isServiceToken } from '@likeness/runtime/service-token'
import type { Test } from 'tap'
import { problem } from '../problems.js'
import { serviceSecret } from './start-accounts.js'

const notFound = problem('not-found')

/** Stands in for the media service that accounts calls, on a port of its own. */
export async function startMediaPeer(t: Test) {
  const peer = {
    url: '',
    /** Users it was asked to erase, in order. */
    asked: [] as string[],
    /** How many times it answers that it is not done yet. */
    busy: 0,
    /** Answers 503 to everything, or to requests for files. */
    away: false as boolean | 'files',
    export: { uploads: [], files: [] } as MediaExport,
    files: new Map<string, Buffer>(),
  }
  const server = createServer((request, response) => {
    const token = request.headers.authorization?.replace('Bearer ', '') ?? ''
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://media')
    const [, id = '', rest = ''] = /^\/internal\/users\/([^/]+)\/?(.*)$/.exec(pathname) ?? []
    void isServiceToken([serviceSecret], token, 'media').then((known) => {
      if (!known) return response.writeHead(401).end()
      if (peer.away === true || (peer.away === 'files' && rest === 'files'))
        return response.writeHead(503).end()
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
      if (bytes) return response.writeHead(200).end(bytes)
      const gone = JSON.stringify(notFound.body('en', { path: pathname, id: '1' }))
      return response.writeHead(404, { 'content-type': 'application/problem+json' }).end(gone)
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
