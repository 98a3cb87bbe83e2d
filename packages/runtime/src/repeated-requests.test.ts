import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { answerBefore } from './answer-before.js'
import { letEarlyAnswersArrive } from './early-answers.js'
import { type Asked, readyAnswer } from './ready-answer.js'
import { answerUnreadable } from './unreadable.js'

/** A server with a ready answer for /hot, that counts what Node parsed, and a connection to it. */
async function startServer(t: Test, bytes = Buffer.from('hot!')) {
  const server = Fastify({ forceCloseConnections: 'idle', clientErrorHandler: answerUnreadable })
  const seen = { parsed: 0, isHot: true }
  const headers = { etag: '"1"', 'content-type': 'text/plain' }
  const whole = readyAnswer(200, { ...headers, 'content-length': bytes.length }, bytes)
  const unchanged = readyAnswer(304, headers)
  server.route({ method: ['GET', 'POST'], url: '/*', handler: () => 'slow' })
  letEarlyAnswersArrive(server)
  answerBefore(server, ({ method, url, headers }: Asked) => {
    if (!seen.isHot || method !== 'GET' || url !== '/hot') return undefined
    return headers['if-none-match'] === '"1"' ? unchanged : whole
  })
  server.server.prependListener('request', () => {
    seen.parsed += 1
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => server.close())
  const { port } = server.server.address() as AddressInfo
  return { server, seen, ...openClient(t, port), another: () => openClient(t, port) }
}

function openClient(t: Test, port: number) {
  const socket = connect(port, '127.0.0.1')
  t.teardown(() => socket.destroy())
  let text = ''
  socket.setEncoding('latin1').on('data', (some: string) => {
    text += some
  })
  /** Sends a piece by itself. @returns the next answers, each once its end has come */
  async function send(piece: string, endings: RegExp[]): Promise<string[]> {
    socket.write(piece)
    const answers: string[] = []
    for (const ending of endings) {
      const pattern = new RegExp(`^.*?${ending.source}`, 's')
      while (!pattern.test(text)) await once(socket, 'data')
      const [answer = ''] = pattern.exec(text) ?? []
      text = text.slice(answer.length)
      answers.push(answer)
    }
    // The server first ends what it does after an answer.
    await turn()
    return answers
  }
  return { socket, send, rest: () => text }
}

/** The server's end of the connection of its next request. */
const connectionOf = async ({ server }: FastifyInstance) =>
  ((await once(server, 'request')) as [IncomingMessage])[0].socket

const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nhost: x\r\n${more}\r\n`
const [hot, slow, blank] = [/\r\n\r\nhot!/, /\r\n\r\nslow/, /\r\n\r\n/]

/** Everything in an answer but what is new each time. */
const lasting = (answer: string) =>
  answer
    .split('\r\n')
    .filter((line) => !/^(date|x-request-id):/i.test(line))
    .toSorted()

const idOf = (answer: string) => /x-request-id: ([\w-]{36})\r\n/.exec(answer)?.[1]

t.test('the same bytes again get the same answer, and are not parsed again', async (t) => {
  const { seen, send } = await startServer(t)
  const answers: string[] = []
  for (let time = 0; time < 10; time += 1) answers.push(...(await send(get('/hot'), [hot])))
  t.ok(seen.parsed < 10, `${seen.parsed} of 10 were parsed`)
  const [first = ''] = answers
  for (const answer of answers) t.strictSame(lasting(answer), lasting(first))
  t.equal(new Set(answers.map(idOf)).size, 10)
  for (const answer of answers)
    t.ok(Math.abs(Date.parse(/^date: (.*)$/im.exec(answer)?.[1] ?? '') - Date.now()) < 60_000)

  const before = seen.parsed
  const conditional = get('/hot', 'if-none-match: "1"\r\n')
  for (let time = 0; time < 5; time += 1)
    t.match(await send(conditional, [blank]), [/^HTTP\/1.1 304 Not Modified/])
  t.ok(seen.parsed < before + 5)
  t.match(await send(get('/hot', 'x-request-id: given-by-a-proxy\r\n'), [hot]), [
    /x-request-id: given-by-a-proxy/,
  ])
})

t.test('whatever differs is parsed, and the connection goes on', async (t) => {
  const { seen, send } = await startServer(t)
  const again = async () => {
    for (let time = 0; time < 4; time += 1) await send(get('/hot'), [hot])
  }
  await again()
  await send(get('/other'), [slow])
  await again()
  // Two requests in a piece, one in two pieces, and one whose first piece is a request that is known.
  await send(get('/hot') + get('/other'), [hot, slow])
  await send(get('/other') + get('/hot'), [slow, hot])
  await send(get('/other').slice(0, 20), [])
  await send(get('/other').slice(20), [slow])
  await again()
  // It is no longer ready.
  seen.isHot = false
  await send(get('/hot'), [slow])
  seen.isHot = true
  const before = seen.parsed
  await again()
  t.ok(seen.parsed < before + 4)
})

t.test('known bytes within another request are a part of it', async (t) => {
  const { seen, send, socket, rest } = await startServer(t)
  for (let time = 0; time < 4; time += 1) await send(get('/hot'), [hot])
  const body = get('/hot')
  const post = `POST /other HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: ${body.length}\r\n\r\n`
  await send(post, [])
  await turn()
  await send(body, [slow])
  t.equal(rest(), '', 'one answer')
  // Within a chunked body, and within a field.
  await send(
    `${post.replace(/content-length: \d+/, 'transfer-encoding: chunked')}${body.length.toString(16)}\r\n`,
    [],
  )
  await send(body, [])
  await send('\r\n0\r\n\r\n', [slow])
  t.equal(rest(), '', 'one answer')
  await send('GET /other HTTP/1.1\r\nhost: x\r\nx-field: ', [])
  await send(body, [slow])
  t.equal(rest(), '', 'one answer')
  for (let time = 0; time < 4; time += 1) await send(get('/hot'), [hot])
  const before = seen.parsed
  socket.write('no HTTP\r\n\r\n')
  await once(socket, 'close')
  t.match(rest(), /^HTTP\/1.1 400 /)
  t.equal(seen.parsed, before)
})

t.test('what a client does not read is not kept for it without end', async (t) => {
  const bytes = Buffer.alloc(1_000_000, 'h')
  const { server, socket } = await startServer(t, bytes)
  const read = async (total: number) => {
    for (let length = 0; length < total; ) {
      const [some] = (await once(socket, 'data')) as [string]
      length += some.length
    }
  }
  const connected = connectionOf(server)
  for (let time = 0; time < 4; time += 1) {
    socket.write(get('/hot'))
    await read(bytes.length)
    await turn()
  }
  const connection = await connected
  const asked = 100
  socket.pause()
  for (let time = 0; time < asked; time += 1) {
    socket.write(get('/hot'))
    await turn()
  }
  t.ok(connection.writableLength < 4 * bytes.length, `${connection.writableLength} bytes wait`)
  socket.resume()
  await read(asked * bytes.length)
})

for (const bytes of [Buffer.from('hot!'), Buffer.alloc(20_000, 'h')]) {
  t.test(
    `many who ask at once for ${bytes.length} bytes get an answer each, with ids of their own`,
    async (t) => {
      const { another, seen } = await startServer(t, bytes)
      const clients = Array.from({ length: 20 }, another)
      const whole = new RegExp(`\\r\\n\\r\\n${bytes.toString()}`)
      const askAll = () => Promise.all(clients.map(({ send }) => send(get('/hot'), [whole])))
      for (let time = 0; time < 4; time += 1) await askAll()
      const before = seen.parsed
      const answers = [...(await askAll()), ...(await askAll())].flat()
      t.equal(seen.parsed, before)
      const [first = ''] = answers
      for (const answer of answers) t.strictSame(lasting(answer), lasting(first))
      t.equal(new Set(answers.map(idOf)).size, 40)
    },
  )
}

t.test('a client that sends no more still gets its answer', async (t) => {
  const { send, socket, rest, seen } = await startServer(t)
  for (let time = 0; time < 4; time += 1) await send(get('/hot'), [hot])
  const before = seen.parsed
  socket.end(get('/hot'))
  await once(socket, 'close')
  t.match(rest(), hot)
  t.equal(seen.parsed, before)
})

t.test('answers keep the order of their requests', async (t) => {
  const { server, send } = await startServer(t)
  const connected = connectionOf(server)
  const conditional = get('/hot', 'if-none-match: "1"\r\n')
  for (let time = 0; time < 4; time += 1) await send(conditional, [blank])
  const connection = await connected
  // Both in one turn, as on a server with thousands of connections.
  connection.emit('data', Buffer.from(conditional))
  connection.emit('data', Buffer.from(get('/hot')))
  t.match(await send('', [blank, blank]), [/^HTTP\/1.1 304 /, /^HTTP\/1.1 200 /])
})

t.test('an answer that waits for its reader is not changed by those to others', async (t) => {
  const { server, socket, send, rest, another } = await startServer(t)
  const connected = connectionOf(server)
  for (let time = 0; time < 4; time += 1) await send(get('/hot'), [hot])
  const connection = await connected
  const other = another()
  for (let time = 0; time < 4; time += 1) await other.send(get('/hot'), [hot])
  socket.pause()
  let asked = 0
  while (connection.writableLength === 0) {
    connection.emit('data', Buffer.from(get('/hot')))
    asked += 1
    await turn()
  }
  const read: string[] = []
  for (let time = 0; time < 4; time += 1) read.push(...(await other.send(get('/hot'), [hot])))
  socket.resume()
  const ids = [
    ...read,
    ...(await send(
      '',
      Array.from({ length: asked }, () => hot),
    )),
  ].map(idOf)
  t.equal(new Set(ids).size, asked + 4)
  t.equal(rest(), '')
})

t.test('closing sends what is due', async (t) => {
  const { server, socket, send, rest } = await startServer(t)
  const connected = connectionOf(server)
  for (let time = 0; time < 4; time += 1) await send(get('/hot'), [hot])
  const connection = await connected
  const closed = once(socket, 'close')
  connection.emit('data', Buffer.from(get('/hot')))
  await server.close()
  await closed
  t.match(rest(), hot)
})

t.test('closing ends the connection', async (t) => {
  const { server, send, socket } = await startServer(t)
  for (let time = 0; time < 4; time += 1) await send(get('/hot'), [hot])
  const closed = once(socket, 'close')
  await server.close()
  await closed
  t.pass('it is closed')
})
