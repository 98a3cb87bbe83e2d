import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { openApiOf } from '@likeness/contracts/openapi'
import t from 'tap'
import { z } from 'zod'
import { openLogger } from './logger.js'
import { createServer } from './server.js'

const server = await createServer({
  openApi: () => openApiOf([], { title: 'things', version: '1' }),
  logger: openLogger('things', 'silent'),
  trustProxy: undefined,
  corsOrigins: [],
  checks: {},
  jsonLimit: 1_000,
})
const params = z.object({ id: z.string() })
server.get('/things/:id', { schema: { params } }, ({ params }) => params)
server.delete('/things/:id', { schema: { params } }, (_request, reply) => reply.code(204).send())
server.post('/things', () => ({ id: '1' }))
server.get('/pictures/:id', { schema: { params } }, (_request, reply) =>
  reply.header('cache-control', 'public, max-age=60').send({}),
)
await server.listen({ host: '127.0.0.1', port: 0 })
t.teardown(() => server.close())
const { port } = server.server.address() as AddressInfo
const url = `http://127.0.0.1:${port}`

/** Sends lines as they are, and gives the head and the body that come back until the connection ends. */
async function raw(...lines: string[]): Promise<{ status: number; head: string; body: string }> {
  const socket = connect(port, '127.0.0.1')
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), head: head.toLowerCase(), body }
}

t.test('a path that is known answers another method with 405 and those it has', async (t) => {
  for (const [method, path, allow] of [
    ['PUT', '/things/1', 'DELETE, GET, HEAD, OPTIONS'],
    ['PATCH', '/things/1?a=b', 'DELETE, GET, HEAD, OPTIONS'],
    ['PROPFIND', '/things/1', 'DELETE, GET, HEAD, OPTIONS'],
    ['DELETE', '/things', 'OPTIONS, POST'],
    ['GET', '/%74hings', 'OPTIONS, POST'],
    ['POST', '/healthz', 'GET, HEAD, OPTIONS'],
  ] as const) {
    const answer = await fetch(`${url}${path}`, { method })
    t.equal(answer.status, 405, `${method} ${path}`)
    t.equal(answer.headers.get('allow'), allow)
    t.match(await answer.json(), { code: 'method-not-allowed', detail: `Use one of: ${allow}.` })
    const options = await fetch(`${url}${path}`, { method: 'OPTIONS' })
    t.match([options.status, options.headers.get('allow')], [204, allow], 'OPTIONS tells the same')
  }
  const lines = ['Host: x', 'Connection: close', 'Accept-Language: fr']
  t.match(await raw('TRACE /things/1 HTTP/1.1', ...lines), {
    status: 405,
    body: /Utilisez l’une de ces méthodes : DELETE, GET/,
  })
})

t.test('what is wrong with a body is not told where nothing would have read it', async (t) => {
  const headers = { 'content-type': 'text/xml' }
  const post = (path: string) => fetch(`${url}${path}`, { method: 'POST', body: '<a/>', headers })
  t.match(await (await post('/nothing')).json(), { status: 404, code: 'not-found' })
  t.match(await (await post('/things/1')).json(), { status: 405, code: 'method-not-allowed' })
  t.match(await (await post('/things')).json(), { status: 415, code: 'unsupported-media-type' })
})

t.test('HEAD works where GET does', async (t) => {
  const { status, head, body } = await raw('HEAD /things/1 HTTP/1.1', 'Host: x', 'Connection: close')
  t.equal(status, 200)
  t.match(head, /content-length: 10/)
  t.equal(body, '')
})

t.test('a request without a sound Host is told so', async (t) => {
  for (const host of [
    [],
    ['Host:'],
    ['Host: a', 'Host: b'],
    ['Host: a@b'],
    ['Host: a/b'],
    ['Host: a b'],
    ['Host: a,b'],
    ['Host: x:http'],
    ['Host: [::1'],
    ['Host: x\tx'],
  ]) {
    const { status, head, body } = await raw('GET /things/1 HTTP/1.1', ...host, 'Connection: close')
    t.equal(status, 400, host.join())
    t.match(head, 'content-type: application/problem+json')
    t.match(JSON.parse(body), { code: 'malformed-request' })
  }
  for (const host of ['x', 'X.Example.:80', '127.0.0.1:1', '[::1]:8080', 'a_b-c.example', '[fe80::1]']) {
    const { status } = await raw('GET /things/1 HTTP/1.1', `Host: ${host}`, 'Connection: close')
    t.equal(status, 200, host)
  }
  t.match(await raw('GET /things/1 HTTP/1.0'), { status: 200 }, 'HTTP/1.0 has none')
})

t.test('a tunnel is refused as a problem too', async (t) => {
  const { status, head, body } = await raw('CONNECT example.org:443 HTTP/1.1', 'Host: example.org:443')
  t.equal(status, 400)
  t.match(head, 'content-type: application/problem+json')
  t.match(JSON.parse(body), { code: 'malformed-request' })
})

t.test('nothing is stored that its route does not say may be', async (t) => {
  const cached = async (path: string) => (await fetch(`${url}${path}`)).headers.get('cache-control')
  t.equal(await cached('/things/1'), 'no-store')
  t.equal(await cached('/nothing'), 'no-store')
  t.equal(await cached('/pictures/1'), 'public, max-age=60')
})
