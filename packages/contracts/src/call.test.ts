import type { AddressInfo } from 'node:net'
import Fastify, { type RouteHandlerMethod } from 'fastify'
import t, { type Test } from 'tap'
import { z } from 'zod'
import { type Connection, call, UnreadableAnswerError } from './call.js'
import { endpointsOf } from './endpoint.js'
import { empty, json } from './endpoints/answers.js'

const endpoint = endpointsOf('media')
const common = { by: 'user', summary: '', description: '' } as const
const Thing = z.object({ id: z.string(), size: z.int().optional() })

const readThing = endpoint({
  ...common,
  id: 'readThing',
  method: 'GET',
  path: '/things/:id',
  params: z.object({ id: z.string() }),
  query: z.object({ size: z.coerce.number().optional(), name: z.string().optional() }),
  headers: z.object({ 'if-none-match': z.string().optional() }),
  answers: { 200: json(Thing, ''), 304: empty('') },
})
const makeThing = endpoint({
  ...common,
  id: 'makeThing',
  method: 'POST',
  path: '/things',
  body: Thing,
  answers: { 201: json(Thing, '') },
})
const patchThing = endpoint({
  ...common,
  id: 'patchThing',
  method: 'PATCH',
  path: '/things/:id',
  params: z.object({ id: z.string() }),
  body: Thing.partial(),
  isPatch: true,
  answers: { 204: empty('') },
})
const confirmThing = endpoint({
  ...common,
  id: 'confirmThing',
  method: 'POST',
  path: '/things/:id/confirm',
  params: z.object({ id: z.string() }),
  body: Thing.nullish(),
  answers: { 204: empty('') },
})
const sendPicture = endpoint({
  ...common,
  id: 'sendPicture',
  method: 'POST',
  path: '/pictures',
  streams: { 'image/*': z.file(), 'multipart/form-data': z.object({ image: z.file() }) },
  answers: { 201: { description: '', types: ['image/webp'] } },
})

type Seen = { method: string; url: string; headers: Record<string, unknown>; body: Buffer }

/** A server that answers every request alike, and what it was asked. */
async function answering(
  t: Test,
  answer: RouteHandlerMethod,
): Promise<{ connection: Connection; seen: Seen[] }> {
  const seen: Seen[] = []
  const server = Fastify({ forceCloseConnections: true })
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  server.all('/*', function (request, reply) {
    const { method, url, headers } = request
    seen.push({ method, url, headers, body: (request.body ?? Buffer.of()) as Buffer })
    return answer.call(this, request, reply)
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => server.close())
  const { port } = server.server.address() as AddressInfo
  return { connection: { origin: `http://127.0.0.1:${port}`, headers: { authorization: 'Bearer x' } }, seen }
}

const problem = {
  type: 'urn:likeness:problem:upload-not-found',
  title: 'No such upload',
  status: 404,
  detail: '',
  code: 'upload-not-found',
  instance: '/',
  requestId: 'r',
}

t.test('sends parameters, query, headers and JSON where the endpoint has them', async (t) => {
  const { connection, seen } = await answering(t, (_request, reply) => reply.code(201).send({ id: '1' }))
  await call(connection, makeThing, { body: { id: 'é', size: 1 } })
  await call(connection, readThing, {
    params: { id: 'a/b' },
    query: { size: 2, name: undefined },
    headers: { 'if-none-match': '"1"' },
  }).catch(() => undefined)
  await call(connection, patchThing, { params: { id: '1' }, body: { size: 3 } }).catch(() => undefined)
  t.match(seen, [
    {
      method: 'POST',
      url: '/things',
      headers: { authorization: 'Bearer x', 'content-type': 'application/json' },
      body: Buffer.from('{"id":"é","size":1}'),
    },
    { method: 'GET', url: '/things/a%2Fb?size=2', headers: { 'if-none-match': '"1"' } },
    { method: 'PATCH', headers: { 'content-type': 'application/merge-patch+json' } },
  ])
  t.notOk(seen[1]?.headers['content-type'], 'a body that is not there has no type')
})

t.test('leaves out what need not be given', async (t) => {
  const { connection, seen } = await answering(t, (_request, reply) => reply.code(204).send())
  const answer = await call(connection, confirmThing, { params: { id: '1' } })
  t.match(answer, { ok: true, status: 204, body: undefined })
  t.match(seen, [{ body: Buffer.of(), headers: { 'content-type': undefined } }])
  await call(connection, confirmThing, { params: { id: '1' }, body: null })
  t.match(seen[1], { body: Buffer.from('null'), headers: { 'content-type': 'application/json' } })
})

t.test('sends bytes and forms as they are, and gives bytes back', async (t) => {
  const bytes = Buffer.from([0xff, 0, 1, 2])
  const { connection, seen } = await answering(t, (_request, reply) =>
    reply.code(201).type('image/webp').send(bytes),
  )
  const picture = new Blob([bytes], { type: 'image/png' })
  const answer = await call(connection, sendPicture, { body: picture })
  t.ok(answer.ok && Buffer.from(answer.body).equals(bytes))
  const form = new FormData()
  form.set('image', picture, 'a.png')
  await call(connection, sendPicture, { body: form })
  t.match(seen[0], { headers: { 'content-type': 'image/png' }, body: bytes })
  t.match(seen[1]?.headers['content-type'], /^multipart\/form-data; boundary=/)
})

t.test('tells the answers of an endpoint apart, and keeps fields that a later release adds', async (t) => {
  const { connection } = await answering(t, (request, reply) =>
    request.headers['if-none-match'] === undefined
      ? reply.header('etag', '"7"').send({ id: '1', later: [true] })
      : reply.code(304).send(),
  )
  const answer = await call(connection, readThing, { params: { id: '1' } })
  t.match(answer, { ok: true, status: 200, body: { id: '1', later: [true] } })
  t.equal(answer.headers.get('etag'), '"7"')
  const same = await call(connection, readThing, { params: { id: '1' }, headers: { 'if-none-match': '*' } })
  t.match(same, { ok: true, status: 304, body: undefined })
})

t.test('a refusal has the problem of the service, or none when something between gave it', async (t) => {
  let type = 'application/problem+json; charset=utf-8'
  let body = JSON.stringify(problem)
  const { connection } = await answering(t, (_request, reply) => reply.code(404).type(type).send(body))
  const ask = () => call(connection, readThing, { params: { id: '1' } })
  t.match(await ask(), { ok: false, status: 404, problem: { code: 'upload-not-found' } })
  body = '{"code":"upload-not-found"}'
  await t.rejects(ask(), { name: 'UnreadableAnswerError', status: 404 }, 'half a problem')
  type = 'application/json'
  t.match(await ask(), { ok: false, status: 404, problem: undefined })
  type = 'text/html'
  body = '<h1>404</h1>'
  t.match(await ask(), { ok: false, status: 404, problem: undefined })
})

t.test('an answer that its endpoint does not declare is an error', async (t) => {
  let status = 200
  let body = '<h1>Log in to this network</h1>'
  const { connection } = await answering(t, (_request, reply) =>
    reply.code(status).type('text/html').send(body),
  )
  const ask = () => call(connection, readThing, { params: { id: '1' } })
  const unreadable = (cause?: object) => ({ name: 'UnreadableAnswerError', status, ...(cause && { cause }) })
  await t.rejects(ask(), unreadable({ name: 'SyntaxError' }), 'the page of a proxy')
  body = '{"id":"1","si'
  await t.rejects(ask(), unreadable({ name: 'SyntaxError' }), 'truncated JSON')
  body = '{"id":1}'
  await t.rejects(ask(), unreadable({ name: 'ZodError' }), 'JSON of another schema')
  for (status of [201, 202, 302]) await t.rejects(ask(), unreadable(), `${status}`)
  const error = await ask().catch((error: unknown) => error)
  t.ok(error instanceof UnreadableAnswerError && error.endpoint === readThing)
  t.match(error, { message: /media answered 302 to readThing/ })
})

t.test('an answer that breaks off, and one that never comes, are errors', async (t) => {
  const { connection } = await answering(t, (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 })
    reply.raw.write('{"id":', () => reply.raw.destroy())
  })
  const params = { id: '1' }
  await t.rejects(call(connection, readThing, { params }), TypeError)
  await t.rejects(call({ origin: 'http://127.0.0.1:1' }, readThing, { params }), TypeError)
})

t.test('follows no redirect, so credentials stay with the origin they are for', async (t) => {
  const elsewhere = await answering(t, () => ({ id: 'theirs' }))
  const { connection } = await answering(t, (_request, reply) =>
    reply.redirect(`${elsewhere.connection.origin}/things/1`, 307),
  )
  await t.rejects(call(connection, makeThing, { body: { id: 'secret' } }), {
    name: 'UnreadableAnswerError',
    status: 307,
  })
  t.strictSame(elsewhere.seen, [])
})

t.test('ends with the reason of its signal', async (t) => {
  const stop = new AbortController()
  const reason = new Error('left the page')
  const { connection } = await answering(t, async () => {
    stop.abort(reason)
    return new Promise(() => undefined)
  })
  await t.rejects(call({ ...connection, signal: stop.signal }, readThing, { params: { id: '1' } }), reason)
})

t.test('what an endpoint does not take does not compile', async (t) => {
  const never = async (connection: Connection) => {
    // @ts-expect-error its parameters are missing
    await call(connection, readThing, {})
    // @ts-expect-error a parameter of another name
    await call(connection, readThing, { params: { ID: '1' } })
    // @ts-expect-error its body is missing
    await call(connection, makeThing, {})
    // @ts-expect-error a field of another type
    await call(connection, makeThing, { body: { id: 1 } })
    // @ts-expect-error a header it does not have
    await call(connection, readThing, { params: { id: '1' }, headers: { 'if-match': '"1"' } })
    // @ts-expect-error JSON where it takes bytes
    await call(connection, sendPicture, { body: { image: 'x' } })
    const answer = await call(connection, readThing, { params: { id: '1' } })
    // @ts-expect-error a refusal has no body
    void answer.body
    if (!answer.ok) return
    // @ts-expect-error a status that it does not declare
    void (answer.status satisfies 404)
    // @ts-expect-error a 304 has no body
    void answer.body.id
    if (answer.status === 200) void (answer.body.id satisfies string)
  }
  t.type(never, 'function')
})
