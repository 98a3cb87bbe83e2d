import { subscribe } from 'node:diagnostics_channel'
import { answeredChannel, endpointsOf } from '@likeness/contracts'
import t from 'tap'
import { z } from 'zod'
import { openLogger } from './logger.js'
import { openServe } from './serve.js'
import { createServer } from './server.js'

const read = endpointsOf('media')({
  id: 'read',
  method: 'GET',
  path: '/things',
  by: 'anyone',
  summary: '',
  description: '',
  answers: { 200: { description: '', body: z.object({ id: z.string() }) } },
})

async function ask(path: string): Promise<void> {
  const server = await createServer({
    logger: openLogger('test', 'silent'),
    trustProxy: undefined,
    jsonLimit: 1024,
    checks: {},
    corsOrigins: [],
  })
  const pass = async () => undefined
  openServe(server, { signedIn: pass, manager: pass, admin: pass, service: pass }).anyone(read, () => ({
    id: '1',
  }))
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  await (await fetch(`${url}${path}`)).text()
  await server.close()
}

t.test('answers of endpoints are published, as sent, to those that subscribed before', async (t) => {
  const published: unknown[] = []
  subscribe(answeredChannel, (message) => published.push(message))
  await ask('/things')
  await ask('/things?x=1')
  await ask('/healthz')
  t.match(published, [
    {
      endpoint: read,
      method: 'GET',
      status: 200,
      headers: { 'content-type': /^application\/json/, 'cache-control': 'no-store' },
      payload: '{"id":"1"}',
    },
    { endpoint: read, status: 400, payload: /validation-failed/ },
  ])
  t.equal(published.length, 2)
})
