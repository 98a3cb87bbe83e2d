import { generateKeyPairSync } from 'node:crypto'
import { connect } from 'node:net'
import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { accountsProblems } from '@likeness/contracts'
import { openApiOf } from '@likeness/contracts/openapi'
import { SignJWT } from 'jose'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { z } from 'zod'
import { registerGuards } from './auth.js'
import { newId } from './ids.js'
import type { Logger } from './logger.js'
import { problemsOf } from './problem.js'
import { createServer, type Server } from './server.js'

const problem = problemsOf(accountsProblems)
const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const issuer = 'https://likeness.test'

type Line = Record<string, unknown>

/** A server with guards, whose log can be read. */
async function startServer(t: Test, addRoutes: (server: Server, guards: Guards) => void) {
  const lines: Line[] = []
  const output = new Writable({
    write(line: Buffer, _encoding, done) {
      lines.push(JSON.parse(line.toString()) as Line)
      done()
    },
  })
  const server = await createServer({
    openApi: () => openApiOf([], { title: 'Test', version: '1' }),
    logger: pino({ level: 'info' }, output) as Logger,
    trustProxy: undefined,
    jsonLimit: 1024,
    checks: {},
    corsOrigins: [],
  })
  const guards = await registerGuards(server, {
    service: 'test',
    serviceSecrets: ['a secret of more than 32 characters'],
    own: {
      issuer,
      audience: 'likeness',
      findKey: async () => publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    },
  })
  addRoutes(server, guards)
  t.teardown(() => server.close())
  return { url: await server.listen({ host: '127.0.0.1', port: 0 }), lines }
}
type Guards = Awaited<ReturnType<typeof registerGuards>>

const tokenOf = (claims: Record<string, unknown>) => {
  const now = Math.floor(Date.now() / 1000)
  const own = {
    iss: issuer,
    aud: 'likeness',
    sid: newId(),
    jti: newId(),
    role: 'user',
    iat: now,
    exp: now + 60,
  }
  return new SignJWT({ ...own, ...claims })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: 'k' })
    .sign(privateKey)
}

t.test('each refusal leaves one line with who asked, and for what', async (t) => {
  const { url, lines } = await startServer(t, (server, guards) => {
    server.get('/managed/:id', { onRequest: guards.manager }, () => 'never')
    server.get('/limited', { onRequest: guards.signedIn }, () => {
      throw problem('rate-limited', { parameters: { seconds: 1 } })
    })
  })
  const sub = newId()
  const ask = async (path: string, authorization?: string) => {
    lines.length = 0
    const answer = await fetch(
      `${url}${path}`,
      authorization === undefined ? {} : { headers: { authorization } },
    )
    const { requestId } = (await answer.json()) as { requestId: string }
    return { status: answer.status, requestId, refused: lines.filter(({ msg }) => msg === 'refused') }
  }
  const token = await tokenOf({ sub })

  const forbidden = await ask('/managed/7?secret=hunter2', `Bearer ${token}`)
  t.equal(forbidden.status, 403)
  t.match(forbidden.refused, [
    {
      level: 40,
      security: 'authorization-refused',
      code: 'forbidden',
      userId: sub,
      route: '/managed/:id',
      reqId: forbidden.requestId,
    },
  ])
  const limited = await ask('/limited', `Bearer ${token}`)
  t.match(limited.refused, [
    { level: 40, security: 'limit-reached', code: 'rate-limited', userId: sub, ip: '127.0.0.1' },
  ])

  const [head, , signature] = token.split('.')
  const forged = await ask(
    '/managed/7',
    `Bearer ${head}.${Buffer.from('{"sub":"hunter2"}').toString('base64url')}.${signature}`,
  )
  t.equal(forged.status, 401)
  t.match(forged.refused, [
    { level: 40, security: 'authentication-refused', code: 'unauthenticated', reason: String },
  ])
  const expired = await ask('/managed/7', `Bearer ${await tokenOf({ sub, exp: 1_000_000 })}`)
  t.match(expired.refused, [{ level: 30, reason: 'expired' }], 'which happens to everyone')
  t.same((await ask('/managed/7')).refused, [], 'without a token nothing was tried')
  for (const { refused } of [forbidden, limited, forged, expired]) {
    t.equal(refused.length, 1)
    t.notMatch(JSON.stringify(refused), /hunter2|eyJ/, 'nothing that was sent')
  }
})

t.test('no answer can be run, framed, or taken for another type', async (t) => {
  const { url } = await startServer(t, (server) => {
    server.get('/fine', () => ({ name: '<script>alert(1)</script>' }))
    server.get('/broken', () => {
      throw new Error('unexpected')
    })
  })
  for (const [path, status] of [
    ['/fine', 200],
    ['/broken', 500],
    ['/nothing', 404],
  ] as const) {
    const answer = await fetch(`${url}${path}`)
    t.equal(answer.status, status)
    t.match(answer.headers.get('content-type'), /^application\/(problem\+)?json/)
    t.match(
      Object.fromEntries(answer.headers),
      {
        'content-security-policy': "default-src 'none';frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'strict-transport-security': 'max-age=31536000; includeSubDomains',
      },
      path,
    )
  }
})

t.test('an unexpected error tells nothing of itself, and the log has its stack', async (t) => {
  const { url, lines } = await startServer(t, (server) => {
    server.get('/broken', () => {
      throw new Error('select hunter2 from secrets')
    })
  })
  const answer = await fetch(`${url}/broken`)
  const text = await answer.text()
  t.equal(answer.status, 500)
  t.equal(answer.headers.get('content-type'), 'application/problem+json')
  t.notMatch(text, /hunter2|select|server\.test|node_modules/)
  const { requestId } = JSON.parse(text) as { requestId: string }
  const logged = lines.filter(({ level }) => level === 50)
  t.match(logged, [
    { reqId: requestId, err: { message: 'select hunter2 from secrets', stack: /server\.test/ } },
  ])
  t.equal(logged.length, 1)
})

t.test('each request leaves one line, under the id its answer names and without its secrets', async (t) => {
  const { url, lines } = await startServer(t, (server, guards) => {
    const schema = { querystring: z.object({ token: z.string() }) }
    server.get('/things/:id', { schema, onRequest: guards.signedIn }, () => ({}))
  })
  const sub = newId()
  const authorization = `Bearer ${await tokenOf({ sub })}`
  const answer = await fetch(`${url}/things/7?token=hunter2`, { headers: { authorization } })
  await answer.text()
  const missing = await fetch(`${url}/nowhere?token=hunter2`)
  await missing.text()
  const told = () => lines.filter(({ msg }) => msg === 'request')
  await waitUntil(() => told().length === 2)
  t.match(told(), [
    {
      level: 30,
      msg: 'request',
      method: 'GET',
      route: '/things/:id',
      status: 200,
      ms: Number,
      userId: sub,
      reqId: answer.headers.get('x-request-id'),
    },
    { msg: 'request', status: 404, reqId: missing.headers.get('x-request-id') },
  ])
  t.notMatch(JSON.stringify(lines), /hunter2|Bearer/)
})

t.test('only a fault of the service is an error with a stack', async (t) => {
  let arrived = false
  const { url, lines } = await startServer(t, (server) => {
    server.addHook('onRequest', async ({ method }) => {
      arrived ||= method === 'POST'
    })
    server.post('/take', () => ({}))
    server.get('/shed', () => {
      throw problem('overloaded')
    })
    server.get('/away', () => {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    })
    server.get('/broken', () => {
      throw new Error('unforeseen')
    })
  })
  const faultsOf = async (path: string) => {
    lines.length = 0
    const { status } = await fetch(`${url}${path}`)
    await waitUntil(() => lines.some(({ msg }) => msg === 'request'))
    return [status, lines.filter(({ level }) => Number(level) > 30)] as const
  }
  t.match(await faultsOf('/shed'), [503, []])
  t.match(await faultsOf('/away'), [503, [{ level: 40, reason: 'connect ECONNREFUSED', err: undefined }]])
  t.match(await faultsOf('/broken'), [500, [{ level: 50, err: { stack: /unforeseen/ } }]])

  lines.length = 0
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write(
    'POST /take HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{',
  )
  await waitUntil(() => arrived)
  socket.destroy()
  await waitUntil(() => lines.some(({ msg }) => msg === 'the client went away'))
  t.strictSame(
    lines.filter(({ level }) => Number(level) > 30),
    [],
  )
})

async function waitUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5)
}
