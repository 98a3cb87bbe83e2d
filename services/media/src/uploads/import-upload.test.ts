import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serviceKeys, uploads } from '@likeness/contracts/endpoints'
import { openCalls } from '@likeness/test-kit'
import t, { type Test } from 'tap'
import { jpeg } from '../testing/pictures.js'
import { startMedia } from '../testing/start-media.js'

async function startWeb(t: Test, answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test('a picture is fetched and staged, once for one key', async (t) => {
  const picture = await jpeg()
  let asked = 0
  const web = await startWeb(t, ({ url }, response) => {
    if (url === '/moved') return void response.writeHead(302, { location: '/a/Zo%C3%A9.jpg' }).end()
    asked += 1
    response.end(picture)
  })
  const media = await startMedia(t, { config: { OUTBOUND_ALLOW: '127.0.0.1' } })
  const ana = await media.person()
  const body = { url: `${web}/moved` }
  const headers = { 'idempotency-key': '"one"' }
  const made = await ana.call(uploads.import, { body, headers })
  t.match(made, {
    status: 201,
    body: { status: 'pending', originalFilename: 'Zoé.jpg', bytes: picture.length },
  })
  const again = await ana.call(uploads.import, { body, headers })
  t.equal(again.body.id, made.body.id)
  t.equal(asked, 1)
  const named = await ana.call(uploads.import, { body: { ...body, filename: 'me.jpg' } })
  t.match(named, { status: 201, body: { originalFilename: 'me.jpg' } })
  t.match(await ana.call(uploads.import, { body, headers: { 'idempotency-key': '"one"' } }), { status: 201 })

  const other = await media.person()
  t.match(await other.call(uploads.import, { body: { ...body, userId: ana.id } }), { status: 403 })
  const admin = await media.person('admin')
  const key = await admin.call(serviceKeys.create, { body: { name: 'x', scopes: ['uploads:write'] } })
  const { call } = openCalls(media.url, { token: key.body.key })
  t.match(await call(uploads.import, { body: { ...body, userId: ana.id } }), {
    status: 201,
    body: { userId: ana.id },
  })
})

t.test('what cannot be had, or is no picture, leaves nothing', async (t) => {
  const picture = await jpeg()
  const answers: Record<string, RequestListener> = {
    '/404': (_request, response) => void response.writeHead(404).end(),
    '/500': (_request, response) => void response.writeHead(500).end(),
    '/loop': (_request, response) => void response.writeHead(302, { location: '/loop' }).end(),
    '/nowhere': (_request, response) => void response.writeHead(302, { location: 'http://[' }).end(),
    '/inward': (_request, response) =>
      void response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    '/file': (_request, response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    '/broken': (_request, response) => {
      response.writeHead(200, { 'content-length': picture.length })
      response.write(picture.subarray(0, 100), () => response.destroy())
    },
    '/large': (_request, response) => void response.end(Buffer.alloc(200_000, 1)),
    '/html': (_request, response) => void response.end('<html>'),
    '/reset': (_request, response) => void response.destroy(),
  }
  const web = await startWeb(t, (request, response) => answers[request.url ?? '']?.(request, response))
  const media = await startMedia(t, {
    config: { OUTBOUND_ALLOW: '127.0.0.1', IMAGE_MAX_BYTES: '100000', UPLOADS_PER_10_MINUTES: '1000' },
  })
  const ana = await media.person()
  const expected: [string, number, string][] = [
    ['/404', 422, 'import-failed'],
    ['/500', 422, 'import-failed'],
    ['/loop', 422, 'import-failed'],
    ['/nowhere', 422, 'import-failed'],
    ['/inward', 422, 'import-refused'],
    ['/file', 422, 'import-refused'],
    ['/broken', 422, 'import-failed'],
    ['/large', 413, 'image-too-large'],
    ['/html', 415, 'unsupported-image'],
    ['/reset', 422, 'import-failed'],
  ]
  for (const [path, status, code] of expected)
    t.match(await ana.call(uploads.import, { body: { url: web + path } }), { status, body: { code } }, path)
  for (const url of [
    'http://localhost:1/',
    'http://10.0.0.1/a.jpg',
    'https://[::1]/',
    'https://a:b@example.com/',
  ])
    t.match(
      await ana.call(uploads.import, { body: { url } }),
      { status: 422, body: { code: 'import-refused' } },
      url,
    )
  for (const url of ['ftp://example.com/a.jpg', 'nonsense', ''])
    t.match(await ana.call(uploads.import, { body: { url } }), { status: 400 }, url)
  t.strictSame((await ana.call(uploads.list, {})).body.items, [])
})
