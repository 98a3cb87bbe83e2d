import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type RequestListener, request } from 'node:http'
import { type AddressInfo, connect, createServer as createConnectionServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { addressOf, prefixesOf } from '@likeness/contracts'
import { endpoints, me, uploads, users } from '@likeness/contracts/endpoints'
import type { OpenApi } from '@likeness/contracts/openapi'
import { openLogger } from '@likeness/runtime/logger'
import { freePort } from '@likeness/test-kit'
import { senders } from '@likeness/test-kit/senders'
import t, { type Test } from 'tap'
import { openGateway } from './open-gateway.js'
import { describeApi } from './openapi.js'

const page = '<!doctype html><title>Likeness</title>'
const script = 'export {}'

/** A gateway in front of two stand-in services, which echo the request unless told otherwise. */
async function startGateway(t: Test, answers: { accounts?: RequestListener; media?: RequestListener } = {}) {
  return startGatewayTo(t, {
    accounts: await listen(t, answers.accounts ?? echo('accounts')),
    media: await listen(t, answers.media ?? echo('media')),
  })
}

async function startGatewayTo(t: Test, services: { accounts: string | undefined; media: string }) {
  const webApp = t.testdir({})
  await mkdir(join(webApp, 'assets'))
  await writeFile(join(webApp, 'index.html'), page)
  await writeFile(join(webApp, 'assets/app-3f2a.js'), script)
  await mkdir(join(webApp, 'element/v1'), { recursive: true })
  await writeFile(join(webApp, 'element/v1/likeness-avatar.js'), script)
  for (const [folder, text] of Object.entries({ docs: 'the tutorial', 'docs/api': 'the reference' })) {
    await mkdir(join(webApp, folder))
    await writeFile(join(webApp, folder, 'index.html'), text)
  }

  const publicUrl = 'https://likeness.example'
  const corsOrigins = ['https://app.example']
  const logger = openLogger('gateway', 'silent')
  const server = await openGateway({ logger, services, publicUrl, corsOrigins, webApp })
  t.teardown(() => server.close())
  return { url: await server.listen({ host: '127.0.0.1', port: 0 }) }
}

async function listen(t: Test, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const echo =
  (service: string): RequestListener =>
  (incoming, outgoing) => {
    const { method, url, headers } = incoming
    outgoing.setHeader('content-type', 'application/json')
    void text(incoming).then((body) => outgoing.end(JSON.stringify({ service, method, url, headers, body })))
  }

interface Echo {
  service: string
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: string
}

const getEcho = async (url: string, init?: RequestInit) => (await (await fetch(url, init)).json()) as Echo

/** Sends bytes as they are and returns all that comes back until the connection ends. */
async function raw(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write(bytes)
  return text(socket)
}

t.test('each prefix and what is below it reaches its service, with the path as it was sent', async (t) => {
  const { url } = await startGateway(t)
  for (const [service, its] of Object.entries(endpoints)) {
    for (const prefix of prefixesOf(its)) {
      const queries = ['?a=1&b=%2F', '?filename=../../x.jpg']
      for (const path of [prefix, ...queries.map((query) => prefix + query), `${prefix}/x%2Fy/z?q=%C3%A9`]) {
        t.match(await getEcho(`${url}${path}`), { service, url: path })
      }
    }
  }
})

t.test('methods, bodies and headers are passed on and back', async (t) => {
  const location = addressOf(users.read, { params: { id: 1 } })
  const { url } = await startGateway(t, {
    accounts: (incoming, outgoing) => {
      outgoing.writeHead(201, { 'set-cookie': ['a=1', 'b=2'], etag: '"1"', location })
      incoming.pipe(outgoing)
    },
  })
  const answer = await fetch(`${url}${users.register.path}`, { method: 'POST', body: '{"not": json' })
  t.equal(answer.status, 201)
  t.strictSame(answer.headers.getSetCookie(), ['a=1', 'b=2'])
  t.match(Object.fromEntries(answer.headers), { etag: '"1"', location })
  t.equal(await answer.text(), '{"not": json', 'the gateway does not judge bodies')

  for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
    t.equal((await fetch(`${url}${users.register.path}`, { method })).status, 201, method)
  }
})

t.test('preflights are left to the services, and the gateway’s own problems may be read too', async (t) => {
  const { url } = await startGateway(t, {
    accounts: (incoming, outgoing) => {
      outgoing.writeHead(204, { 'access-control-allow-origin': String(incoming.headers.origin) }).end()
    },
    media: (incoming) => incoming.socket.destroy(),
  })
  const from = (origin: string, path: string, method = 'GET') =>
    fetch(`${url}${path}`, { method, headers: { origin, 'access-control-request-method': 'PATCH' } })
  const allowed = (answer: Response) => answer.headers.get('access-control-allow-origin')
  const preflight = await from('https://asked.example', me.patch.path, 'OPTIONS')
  t.strictSame([preflight.status, allowed(preflight)], [204, 'https://asked.example'])
  for (const [origin, expected] of [
    ['https://app.example', 'https://app.example'],
    ['https://other.example', null],
  ] as const) {
    const answer = await from(origin, uploads.list.path)
    t.strictSame([answer.status, allowed(answer)], [502, expected])
    t.match(answer.headers.get('vary'), /\borigin\b/)
  }
})

t.test('the gateway’s own refusals look like those of the services', async (t) => {
  const { url } = await startGateway(t)
  const post = await fetch(`${url}/openapi.json`, { method: 'POST' })
  t.match([post.status, post.headers.get('allow')], [405, 'GET, HEAD, OPTIONS'])
  t.match(await post.json(), { code: 'method-not-allowed' })
  for (const lines of [
    'GET /v1/me HTTP/1.1',
    'GET / HTTP/1.1\r\nHost: a@b',
    'CONNECT x:1 HTTP/1.1\r\nHost: x:1',
  ]) {
    const answer = await raw(url, `${lines}\r\nConnection: close\r\n\r\n`)
    t.match(answer, /^HTTP\/1.1 400 .*application\/problem\+json.*malformed-request/s, lines)
  }
})

t.test(
  'paths that only resemble a prefix, /internal and the probes of services are not passed on',
  async (t) => {
    const { url } = await startGateway(t)
    const paths = [
      '/v1/mediator',
      '/v1/me2',
      '/internal/users/1',
      '/v1/internal',
      '/metrics',
      '/v1/',
      '/avatars',
    ]
    for (const path of [...paths, '//internal/users/1', '/v1/users/../../internal/users/1']) {
      const answer = await raw(url, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
      t.match(answer, /^HTTP\/1.1 404 /, path)
      t.match(answer, /"code":"not-found"/, path)
    }
  },
)

t.test('the gateway sets the client’s address, never the client', async (t) => {
  const { url } = await startGateway(t)
  const lies = {
    'x-forwarded-for': '10.9.9.9',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'evil.example',
    'x-real-ip': '10.9.9.9',
    forwarded: 'for=10.9.9.9',
  }
  const { headers } = await getEcho(`${url}${me.read.path}`, { headers: lies })
  t.match(headers, {
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': new URL(url).host,
  })
  t.equal(headers['x-real-ip'], undefined)
  t.equal(headers.forwarded, undefined)
})

t.test('headers of one connection end at the gateway', async (t) => {
  const { url } = await startGateway(t)
  const lines = [
    'GET /v1/me HTTP/1.1',
    'Host: x',
    'Connection: close, X-Private',
    'X-Private: 1',
    'TE: trailers',
  ]
  const answer = await raw(url, `${lines.join('\r\n')}\r\nProxy-Authorization: Basic eA==\r\n\r\n`)
  const { headers } = JSON.parse(/\{.*\}/.exec(answer)?.[0] ?? '') as Echo
  for (const name of ['x-private', 'te', 'proxy-authorization']) t.equal(headers[name], undefined, name)
})

t.test('a chunked body of a DELETE stays one request', async (t) => {
  const { url } = await startGateway(t)
  const smuggled = 'GET /internal/users/1 HTTP/1.1\r\nHost: x\r\n\r\n'
  const chunk = `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`
  const head = 'DELETE /v1/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n'
  const answer = await raw(url, head + chunk)
  t.match(JSON.parse(/\{.*\}/.exec(answer)?.[0] ?? ''), { method: 'DELETE', url: '/v1/me', body: smuggled })
})

t.test('an upload is passed on while it is still being sent', async (t) => {
  let arrived = () => {}
  const firstBytes = new Promise<void>((resolve) => {
    arrived = resolve
  })
  const { url } = await startGateway(t, {
    media: (incoming, outgoing) => {
      incoming.once('data', arrived).pipe(outgoing)
    },
  })
  const upload = request(`${url}${uploads.create.path}`, { method: 'POST' })
  upload.write('first')
  await firstBytes
  upload.end('second')
  const [answer] = await once(upload, 'response')
  t.equal(await text(answer), 'firstsecond')
})

t.test('server-sent events arrive one by one, and the service hears when the reader has gone', async (t) => {
  let send = (_event: string) => {}
  let gone: Promise<unknown> = Promise.resolve()
  const { url } = await startGateway(t, {
    media: (_incoming, outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      send = (event) => outgoing.write(event)
      gone = once(outgoing, 'close')
    },
  })
  const reader = new AbortController()
  const answer = await fetch(`${url}${addressOf(uploads.follow, { params: { id: 1 } })}`, {
    signal: reader.signal,
  })
  const events = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
    send(event)
    t.equal((await events?.read())?.value, event)
  }
  reader.abort()
  await t.resolves(gone)
})

t.test('the service hears when a client has gone before its answer', async (t) => {
  let gone: Promise<unknown> | undefined
  const reader = new AbortController()
  const { url } = await startGateway(t, {
    media: (incoming, outgoing) => {
      gone = once(outgoing, 'close')
      incoming.resume().once('end', () => reader.abort())
    },
  })
  const confirm = { method: 'POST', body: '{}', headers: { prefer: 'wait=30' }, signal: reader.signal }
  await t.rejects(fetch(`${url}${addressOf(uploads.confirm, { params: { id: 1 } })}`, confirm))
  await t.resolves(gone ?? Promise.reject(new Error('it was not asked')))
})

t.test('an answer given before the body was sent reaches a client that is still sending', async (t) => {
  const { url } = await startGateway(t, {
    media: (_incoming, outgoing) => {
      outgoing
        .writeHead(413, { 'content-type': 'application/problem+json' })
        .end('{"code":"image-too-large"}')
    },
  })
  const upload = request(`${url}${uploads.create.path}`, {
    method: 'POST',
    headers: { 'content-length': 50_000_000 },
  })
  upload.on('error', () => undefined)
  upload.write(Buffer.alloc(10_000_000))
  const [answer] = await once(upload, 'response')
  t.equal(answer.statusCode, 413)
  t.equal(await text(answer), '{"code":"image-too-large"}')
  upload.destroy()
})

t.test('a refusal by the headers reaches a client that holds its body back', async (t) => {
  const { url } = await startGateway(t, {
    media: (_incoming, outgoing) => {
      outgoing.writeHead(401).end('first log in')
    },
  })
  const upload = request(`${url}${uploads.create.path}`, {
    method: 'POST',
    headers: { 'content-length': 50_000_000 },
  })
  upload.on('error', () => undefined)
  upload.flushHeaders()
  const [answer] = await once(upload, 'response')
  t.equal(answer.statusCode, 401)
  t.equal(await text(answer), 'first log in')
  upload.destroy()
})

t.test('the answer of a service that closes without reading the body is passed on', async (t) => {
  const refusal = 'HTTP/1.1 413 Too Large\r\ncontent-length: 7\r\nconnection: close\r\n\r\ntoo big'
  const service = createConnectionServer((socket) => {
    socket
      .on('error', () => undefined)
      .on('data', () => {
        if (socket.bytesRead > 500_000) socket.pause().end(refusal, () => socket.resetAndDestroy())
      })
  }).listen(0, '127.0.0.1')
  await once(service, 'listening')
  t.teardown(() => service.close())
  const media = `http://127.0.0.1:${(service.address() as AddressInfo).port}`
  const { url } = await startGatewayTo(t, { accounts: media, media })
  const body = Buffer.alloc(3_000_000)
  for (let time = 0; time < 20; time += 1) {
    const answer = await fetch(`${url}${uploads.create.path}`, { method: 'POST', body })
    t.strictSame([answer.status, await answer.text()], [413, 'too big'])
  }
})

t.test('a body sent while its service is unavailable is answered too', async (t) => {
  const away = `http://127.0.0.1:${await freePort()}`
  const { url } = await startGatewayTo(t, { accounts: away, media: away })
  for (const send of Object.values(senders)) {
    const { status, body } = await send(`${url}${uploads.create.path}`, {
      headers: {},
      body: Buffer.alloc(12_000_000),
    })
    t.match([status, JSON.parse(body)], [503, { code: 'service-unavailable' }])
  }
})

t.test('curl’s "Expect: 100-continue" is answered and not passed on', async (t) => {
  const { url } = await startGateway(t)
  const upload = request(`${url}${uploads.create.path}`, {
    method: 'POST',
    headers: { expect: '100-continue', 'content-length': 3 },
  })
  upload.flushHeaders()
  await once(upload, 'continue')
  upload.end('abc')
  const [answer] = await once(upload, 'response')
  const echoed = JSON.parse(await text(answer)) as Echo
  t.equal(echoed.body, 'abc')
  t.equal(echoed.headers.expect, undefined)
})

t.test('bytes that are not HTTP get a problem too', async (t) => {
  const { url } = await startGateway(t)
  const head = 'GET /v1/me HTTP/1.1\r\nhost: x\r\n'
  for (const [bytes, status] of [
    ['no HTTP at all\r\n\r\n', 400],
    [`${head}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n`, 400],
    [`${head}x: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
  ] as const) {
    const [headers = '', body = ''] = (await raw(url, bytes)).split('\r\n\r\n')
    t.match(headers, new RegExp(`^HTTP/1.1 ${status} [^]*application/problem\\+json`))
    t.match(JSON.parse(body), { status, code: 'malformed-request', requestId: /./ })
  }
})

t.test('an unavailable service is a 503 problem, a broken connection a 502 problem', async (t) => {
  const services = {
    accounts: `http://127.0.0.1:${await freePort()}`,
    media: await listen(t, (incoming) => incoming.socket.destroy()),
  }
  const options = {
    logger: openLogger('gateway', 'silent'),
    publicUrl: 'http://x',
    corsOrigins: [],
    webApp: t.testdir({}),
  }
  const server = await openGateway({ ...options, services })
  t.teardown(() => server.close())
  const url = await server.listen({ host: '127.0.0.1', port: 0 })

  const away = await fetch(`${url}${me.read.path}`, { headers: { 'accept-language': 'fr' } })
  t.equal(away.status, 503)
  t.match(Object.fromEntries(away.headers), { 'retry-after': '1', 'content-language': 'fr' })
  t.match(await away.json(), {
    code: 'service-unavailable',
    instance: me.read.path,
    detail: /accounts ne répond pas/,
  })

  const broken = await fetch(`${url}${uploads.create.path}`, { method: 'POST', body: 'x' })
  t.equal(broken.status, 502)
  t.match(await broken.json(), { code: 'bad-gateway' })

  t.equal((await fetch(`${url}/readyz`)).status, 503)
  t.equal((await fetch(`${url}/healthz`)).status, 200)
})

t.test(
  'the web app: pages are revalidated each time, hashed files cached forever, safe headers on both',
  async (t) => {
    const { url } = await startGateway(t)
    const html = { accept: 'text/html,*/*' }
    for (const path of ['/', '/index.html', '/profile/picture']) {
      const answer = await fetch(`${url}${path}`, { headers: html })
      t.equal(answer.status, 200, path)
      t.equal(await answer.text(), page, path)
      t.match(Object.fromEntries(answer.headers), {
        'cache-control': 'no-cache',
        'content-type': /text\/html/,
        'content-security-policy':
          /script-src 'self';.*img-src 'self' blob: data:.*require-trusted-types-for 'script'; trusted-types 'none'$/,
        'permissions-policy': /^camera=\(self\), microphone=\(\)/,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'strict-transport-security': 'max-age=31536000; includeSubDomains',
      })
    }
    const asset = await fetch(`${url}/assets/app-3f2a.js`)
    t.equal(await asset.text(), script)
    t.match(Object.fromEntries(asset.headers), {
      'x-content-type-options': 'nosniff',
      'strict-transport-security': /^max-age=31536000/,
    })
    t.equal(asset.headers.get('cache-control'), 'public, max-age=31536000, immutable')

    const etag = (await fetch(url)).headers.get('etag')
    const again = `GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nIf-None-Match: ${etag}\r\n\r\n`
    t.match(await raw(url, again), /^HTTP\/1.1 304 /)
  },
)

t.test('an unknown address is a problem for a client that does not ask for a page', async (t) => {
  const { url } = await startGateway(t)
  const html = { accept: 'text/html' }
  const asked = [
    await fetch(`${url}/assets/app-old.js`),
    await fetch(`${url}/v1/nothing`, { headers: html }),
    await fetch(`${url}/profile`, { method: 'POST', headers: html }),
    await fetch(`${url}/%2e%2e/%2e%2e/etc/passwd`),
  ]
  for (const answer of asked) {
    t.equal(answer.status, 404, answer.url)
    t.match(await answer.json(), { code: 'not-found' })
  }
})

t.test('without accounts: their paths say so, and there is no page', async (t) => {
  const { url } = await startGatewayTo(t, { accounts: undefined, media: await listen(t, echo('media')) })
  const html = { accept: 'text/html' }
  for (const [path, init] of [
    [me.read.path, {}],
    [users.register.path, { method: 'POST', body: '{}', headers: { origin: 'https://app.example' } }],
  ] as const) {
    const answer = await fetch(`${url}${path}`, init)
    t.equal(answer.status, 404)
    t.match(await answer.json(), { code: 'no-accounts', detail: /for another login/, instance: path })
  }
  t.match(await getEcho(`${url}${uploads.list.path}`), { service: 'media' })

  const first = await fetch(url, { headers: html, redirect: 'manual' })
  t.strictSame([first.status, first.headers.get('location')], [302, '/docs/'])
  for (const path of ['/index.html', '/assets/app-3f2a.js', '/profile']) {
    const answer = await fetch(`${url}${path}`, { headers: html })
    t.equal(answer.status, 404, path)
    t.match(await answer.json(), { code: 'not-found' }, path)
  }
  const element = await fetch(`${url}/element/v1/likeness-avatar.js`)
  t.equal(await element.text(), script, 'the element is there')
  const { paths = {} } = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApi
  t.ok(paths[uploads.create.path])
  t.notOk(paths[me.read.path])
  t.strictSame(await (await fetch(`${url}/readyz`)).json(), { media: true })
})

t.test('/openapi.json is one document of both services, without the internal endpoints', async (t) => {
  const away = 'http://127.0.0.1:1'
  const { url } = await startGatewayTo(t, { accounts: away, media: away })
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApi
  t.match(document, {
    openapi: '3.1.0',
    info: { title: 'Likeness', version: /^\d+\.\d+\.\d+$/ },
    servers: [{ url: 'https://likeness.example' }],
    paths: { [me.read.path]: {}, [uploads.create.path]: {} },
    components: { schemas: { Problem: {} } },
  })
  t.notMatch(Object.keys(document.paths ?? {}).join(), /internal/)
})

t.test('the committed descriptions of both services fit together', async (t) => {
  const read = (name: string) =>
    readFile(new URL(`../../../../services/${name}/openapi.json`, import.meta.url), 'utf8')
  const documents = await Promise.all(
    ['accounts', 'media'].map(async (name) => JSON.parse(await read(name)) as OpenApi),
  )
  const { paths, components } = JSON.parse(JSON.stringify(describeApi('/', ['accounts', 'media']))) as OpenApi
  const both = (part: (document: OpenApi) => object | undefined) =>
    Object.assign({}, ...documents.map(part)) as object
  t.strictSame(
    paths,
    both(({ paths }) => paths),
  )
  t.strictSame(
    components?.schemas,
    both(({ components }) => components?.schemas),
  )
})

t.test('/docs is a site of folders, whose reference alone may make its styles in the page', async (t) => {
  const { url } = await startGateway(t)
  const first = await fetch(`${url}/docs`)
  t.equal(new URL(first.url).pathname, '/docs/')
  t.equal(await first.text(), 'the tutorial')
  t.notMatch(first.headers.get('content-security-policy'), 'unsafe-inline')
  const reference = await fetch(`${url}/docs/api/`)
  t.equal(await reference.text(), 'the reference')
  t.match(
    reference.headers.get('content-security-policy'),
    /script-src 'self'; style-src 'self' 'unsafe-inline'/,
  )
})

t.test('every text names its type and charset', async (t) => {
  const { url } = await startGateway(t)
  const typeOf = async (path: string, init?: RequestInit) => {
    const answer = await fetch(`${url}${path}`, init)
    await answer.arrayBuffer()
    return answer.headers.get('content-type')
  }
  t.equal(await typeOf('/'), 'text/html; charset=utf-8')
  t.equal(await typeOf('/docs'), 'text/html; charset=utf-8')
  t.equal(await typeOf('/assets/app-3f2a.js'), 'application/javascript; charset=utf-8')
  t.equal(await typeOf('/healthz'), 'application/json; charset=utf-8')
  t.equal(await typeOf('/nothing'), 'application/problem+json')
})
