import { commonProblems, endpointsOf } from '@likeness/contracts'
import { openApiOf } from '@likeness/contracts/openapi'
import t, { type Test } from 'tap'
import { z } from 'zod'
import { openLogger } from './logger.js'
import { problemsOf } from './problem.js'
import { openServe } from './serve.js'
import { createServer } from './server.js'

const problem = problemsOf(commonProblems)
const endpoint = endpointsOf('media')
const common = { summary: '', description: '' } as const
const Thing = z.object({ id: z.string(), at: z.date().optional() })
const answers = { 200: { description: '', body: Thing } } as const

const read = endpoint({
  ...common,
  id: 'read',
  method: 'GET',
  path: '/things/:id',
  by: 'anyone',
  params: z.object({ id: z.string() }),
  query: z.object({ size: z.coerce.number().max(9).optional() }),
  answers,
})
const make = endpoint({
  ...common,
  id: 'make',
  method: 'POST',
  path: '/things',
  by: 'anyone',
  body: z.strictObject({ id: z.string() }),
  answers: { 201: { description: '', body: Thing }, 204: { description: '' } },
})
const patch = endpoint({
  ...make,
  id: 'patch',
  method: 'PATCH',
  path: '/things/:id',
  params: read.params,
  isPatch: true,
})
const hashed = endpoint({ ...read, id: 'hashed', path: '/hashed/:id', ignoresUnknownParameters: true })

const of = <const By extends 'optional' | 'user' | 'manager' | 'admin' | 'service'>(by: By) =>
  endpoint({ ...common, id: by, method: 'GET', path: `/${by}`, by, answers })

/** A server with those endpoints, whose guards let in who names them. */
async function start(t: Test) {
  const server = await createServer({
    openApi: () => openApiOf([], { title: 'Test', version: '1' }),
    logger: openLogger('test', 'silent'),
    trustProxy: undefined,
    jsonLimit: 1024,
    checks: {},
    corsOrigins: [],
  })
  const guard = (name: string) => async (request: { headers: { authorization?: string | undefined } }) => {
    if (request.headers.authorization !== name) throw problem('unauthenticated')
  }
  const serve = openServe(server, {
    signedIn: guard('user'),
    manager: guard('manager'),
    admin: guard('admin'),
    service: guard('service'),
  })
  const thing = { id: '1', secret: 'hunter2' }
  serve.anyone(read, ({ params, query }) => ({ id: `${params.id} ${query.size}`, secret: 'hunter2' }))
  serve.anyone(hashed, ({ params }) => ({ id: params.id }))
  serve.anyone(make, (request, reply) => reply.code(201).send({ ...request.body, ...thing }))
  serve.anyone(patch, (_request, reply) => reply.code(204).send())
  serve.optional(of('optional'), () => thing)
  serve.user(of('user'), () => thing)
  serve.manager(of('manager'), () => thing)
  serve.admin(of('admin'), () => thing)
  serve.service(of('service'), () => thing)
  t.teardown(() => server.close())
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  return async (
    method: string,
    path: string,
    { body, type, as }: { body?: string; type?: string; as?: string } = {},
  ) => {
    const headers = { ...(type && { 'content-type': type }), ...(as && { authorization: as }) }
    const answer = await fetch(`${url}${path}`, { method, headers, ...(body !== undefined && { body }) })
    const text = await answer.text()
    return { status: answer.status, body: (text === '' ? undefined : JSON.parse(text)) as unknown }
  }
}

t.test('each endpoint has the guard of those who may call it', async (t) => {
  const ask = await start(t)
  t.equal((await ask('GET', '/things/1')).status, 200)
  t.equal((await ask('GET', '/optional')).status, 200)
  for (const by of ['user', 'manager', 'admin', 'service']) {
    t.equal((await ask('GET', `/${by}`)).status, 401, by)
    t.equal((await ask('GET', `/${by}`, { as: by === 'user' ? 'admin' : 'user' })).status, 401, by)
    t.equal((await ask('GET', `/${by}`, { as: by })).status, 200, by)
  }
})

t.test('fields that the schema does not have are left out of answers', async (t) => {
  const ask = await start(t)
  const type = 'application/json'
  t.strictSame((await ask('GET', '/things/1?size=7')).body, { id: '1 7' })
  t.strictSame((await ask('GET', '/user', { as: 'user' })).body, { id: '1' })
  t.strictSame(await ask('POST', '/things', { body: '{"id":"2"}', type }), { status: 201, body: { id: '1' } })
})

t.test('a merge patch is taken where the endpoint is a patch', async (t) => {
  const ask = await start(t)
  const body = '{"id":"2"}'
  for (const type of ['application/merge-patch+json', 'application/json']) {
    t.equal((await ask('PATCH', '/things/1', { body, type })).status, 204, type)
  }
  const elsewhere = await ask('POST', '/things', { body, type: 'application/merge-patch+json' })
  t.match(elsewhere, {
    status: 415,
    body: { code: 'unsupported-media-type', detail: 'Send application/json.' },
  })
  t.match(await ask('PATCH', '/things/1', { body, type: 'text/xml' }), {
    status: 415,
    body: { detail: 'Send application/merge-patch+json, application/json.' },
  })
})

t.test('unknown query parameters are refused, but for an endpoint that ignores them', async (t) => {
  const ask = await start(t)
  t.match(await ask('GET', '/things/1?size=10&s=1'), {
    status: 400,
    body: {
      errors: [
        { path: 'size', code: 'too-large' },
        { path: 's', code: 'unknown-parameter' },
      ],
    },
  })
  t.match(await ask('GET', '/user?s=1', { as: 'user' }), { status: 400 }, 'also without a schema')
  t.match(await ask('GET', '/hashed/1?s=1&r=g'), { status: 200, body: { id: '1' } })
  t.match(await ask('GET', '/hashed/1?size=10'), { status: 400 })
})

t.test('what an endpoint does not declare does not compile', async (t) => {
  const never = (serve: ReturnType<typeof openServe>) => {
    // @ts-expect-error 202 is no status of it
    serve.anyone(make, (_request, reply) => reply.code(202).send())
    // @ts-expect-error the body of its 201 has an id
    serve.anyone(make, (_request, reply) => reply.code(201).send({}))
    // @ts-expect-error the id is text
    serve.anyone(read, () => ({ id: 1 }))
    // @ts-expect-error it has no 200 whose body could be returned
    serve.anyone(make, () => ({ id: '1' }))
    // @ts-expect-error it has no such parameter
    serve.anyone(read, ({ params }) => ({ id: params.name }))
    // @ts-expect-error it has no body
    serve.anyone(read, ({ body }) => ({ id: body.id }))
    // @ts-expect-error it is for users
    serve.anyone(of('user'), () => ({ id: '1' }))
    // @ts-expect-error it is for anyone
    serve.manager(read, () => ({ id: '1' }))
  }
  t.type(never, 'function')
})
