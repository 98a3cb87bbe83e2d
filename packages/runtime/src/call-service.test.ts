import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { endpointsOf, type ProblemCode } from '@likeness/contracts'
import Fastify, { type FastifyRequest, type RouteHandlerMethod } from 'fastify'
import t, { type Test } from 'tap'
import { z } from 'zod'
import { type CallService, openServiceCaller, ServiceAwayError } from './call-service.js'
import { isServiceToken } from './service-token.js'

const secret = 'a secret of more than 32 characters'
const common = { summary: '', description: '', params: z.object({ id: z.string() }) } as const
const findUser = endpointsOf('accounts')({
  ...common,
  id: 'findUser',
  method: 'GET',
  path: '/internal/users/:id',
  by: 'service',
  answers: { 200: { description: '', body: z.object({ name: z.string() }) }, 204: { description: '' } },
  problems: ['user-not-found'],
})
const erase = endpointsOf('media')({
  ...common,
  id: 'erase',
  method: 'DELETE',
  path: '/internal/users/:id',
  by: 'service',
  answers: { 204: { description: '' } },
})
const endSessions = endpointsOf('accounts')({
  ...common,
  id: 'endSessions',
  method: 'DELETE',
  path: '/internal/sessions/:id',
  by: 'service',
  answers: { 204: { description: '' } },
})
const remove = endpointsOf('accounts')({
  ...common,
  id: 'remove',
  method: 'DELETE',
  path: '/internal/things/:id',
  by: 'service',
  body: z.object({ why: z.string() }),
  answers: { 200: { description: '', body: z.object({ name: z.string() }) } },
})
const readMe = endpointsOf('accounts')({ ...findUser, id: 'readMe', by: 'user' })

/** A stand-in for accounts, and what media calls it with. */
async function calling(t: Test, answer: RouteHandlerMethod): Promise<CallService<'accounts'>> {
  const server = Fastify({ forceCloseConnections: true })
  server.all('/*', answer)
  t.teardown(() => server.close())
  const origin = await server.listen({ host: '127.0.0.1', port: 0 })
  return openServiceCaller({ to: 'accounts', from: 'media', origin, secret })
}
const params = { id: '1' }
const problemBody = (code: ProblemCode) => ({
  type: `urn:likeness:problem:${code}`,
  title: '',
  status: 404,
  detail: '',
  code,
  instance: '/',
  requestId: 'r',
})

t.test('calls with a token made out to the other service', async (t) => {
  let token = ''
  const call = await calling(t, ({ headers }: FastifyRequest, reply) => {
    token = headers.authorization?.replace('Bearer ', '') ?? ''
    return reply.code(200).send({ name: 'n' })
  })
  t.match(await call(findUser, { params }), { ok: true, status: 200, body: { name: 'n' } })
  t.equal(await isServiceToken([secret], token, 'accounts'), true)
  t.equal(await isServiceToken([secret], token, 'media'), false)
})

t.test('returns refusals that the endpoint names, and takes every other for an absence', async (t) => {
  let code: ProblemCode = 'user-not-found'
  let type = 'application/problem+json'
  const call = await calling(t, (_request, reply) =>
    reply
      .code(404)
      .type(type)
      .send(JSON.stringify(problemBody(code))),
  )
  t.match(await call(findUser, { params }), { ok: false, status: 404, problem: { code: 'user-not-found' } })
  code = 'not-found'
  const away = { name: 'ServiceAwayError', message: 'accounts answered 404 to findUser' }
  await t.rejects(call(findUser, { params }), away, 'it does not know the path')
  code = 'user-not-found'
  type = 'text/html'
  await t.rejects(call(findUser, { params }), away, 'the page of something between')
})

t.test('an undeclared answer, a broken one and none at all are an absence with a cause', async (t) => {
  const away = (error: unknown, cause: string) =>
    t.match(error, {
      name: 'ServiceAwayError',
      message: /accounts gave no answer to findUser/,
      cause: { name: cause },
    })
  const failing = async (call: CallService<'accounts'>, options?: { timeoutMs: number }) =>
    call(findUser, { params }, options).catch((error: unknown) => error)
  const odd = await calling(t, (_request, reply) => reply.code(202).send())
  away(await failing(odd), 'UnreadableAnswerError')
  const truncated = await calling(t, (_request, reply) => reply.type('application/json').send('{"na'))
  away(await failing(truncated), 'UnreadableAnswerError')
  const silent = await calling(t, () => new Promise(() => undefined))
  away(await failing(silent, { timeoutMs: 1 }), 'TimeoutError')
  const nobody = openServiceCaller({ to: 'accounts', from: 'media', origin: 'http://127.0.0.1:1', secret })
  const error = await failing(nobody)
  away(error, 'TypeError')
  t.ok(error instanceof ServiceAwayError)
})

t.test('a body is sent whole, whatever the method', async (t) => {
  const call = await calling(t, ({ body }, reply) => reply.send({ name: (body as { why: string }).why }))
  for (const why of ['as asked', 'é'.repeat(100_000)])
    t.match(await call(remove, { params, body: { why } }), { ok: true, body: { name: why } })
})

t.test('connections are kept, and one that ends under a request is replaced', async (t) => {
  let connections = 0
  let asked = 0
  const server = createServer((request, response) => {
    asked += 1
    // As a service that stops just then.
    if (asked === 3 || asked > 4) return request.socket.destroy()
    response.setHeader('content-type', 'application/json').end('{"name":"n"}')
  })
  server.on('connection', () => {
    connections += 1
  })
  t.teardown(() => server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const call = openServiceCaller({ to: 'accounts', from: 'media', origin, secret })
  for (let count = 0; count < 3; count++) t.match(await call(findUser, { params }), { ok: true })
  t.strictSame({ asked, connections }, { asked: 4, connections: 2 })
  await t.rejects(call(findUser, { params }), { name: 'ServiceAwayError' }, 'nor does a new one answer')
  t.strictSame({ asked, connections }, { asked: 6, connections: 3 })
})

t.test('a redirect of a service is not followed', async (t) => {
  const reached: string[] = []
  const call = await calling(t, ({ url }, reply) => {
    reached.push(url)
    return reply.redirect('/elsewhere')
  })
  const away = { name: 'ServiceAwayError', cause: { status: 302 } }
  await t.rejects(call(findUser, { params }), away)
  t.strictSame(reached, ['/internal/users/1'])
})

t.test('only internal endpoints of that service, and problems of their own, compile', async (t) => {
  const never = async (call: CallService<'accounts'>) => {
    // @ts-expect-error it is one of media
    await call(erase, { params })
    // @ts-expect-error it is for users
    await call(readMe, { params })
    // @ts-expect-error its parameters are missing
    await call(findUser, {})
    const answer = await call(findUser, { params })
    // @ts-expect-error it does not name this problem as its own
    if (!answer.ok) void (answer.problem.code === 'forbidden')
    if (!answer.ok) void (answer.problem.code satisfies 'user-not-found')
    // It names none, so there is no refusal to look at.
    void ((await call(endSessions, { params })).ok satisfies true)
  }
  t.type(never, 'function')
})
