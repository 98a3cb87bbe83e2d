import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { waitFor } from '@likeness/test-kit'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { letEarlyAnswersArrive } from './early-answers.js'
import { answerUnreadable } from './unreadable.js'

const never = 2 ** 31

/** A server that refuses every POST before it reads the body. */
async function startServer(t: Test, limits: Parameters<typeof letEarlyAnswersArrive>[1]) {
  const server = Fastify({
    forceCloseConnections: 'idle',
    clientErrorHandler: answerUnreadable,
  })
  letEarlyAnswersArrive(server, limits)
  server.addHook('onRequest', async (request, reply) => {
    if (request.headers.last) reply.header('connection', 'close')
    if (request.method === 'POST') await reply.code(401).send('refused')
  })
  server.post('/', () => 'never')
  server.get('/', () => 'hello')
  await server.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => server.close())
  return { server, port: (server.server.address() as AddressInfo).port }
}

const post = (length: number, more = '') =>
  `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n${more}\r\n`

/** A connection, and what came on it so far. */
function open(t: Test, port: number) {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  t.teardown(() => socket.destroy())
  socket.on('error', () => undefined)
  const seen = { text: '' }
  socket.setEncoding('utf8').on('data', (some: string) => {
    seen.text += some
  })
  const until = async (wanted: RegExp) => {
    while (!wanted.test(seen.text)) await once(socket, 'data')
  }
  const closed = new Promise<boolean>((resolve) => socket.once('close', resolve))
  return { socket, seen, until, closed }
}

t.test('a connection is used again once the rest of a refused body came', async (t) => {
  const { port } = await startServer(t, { bytes: never, ms: never })
  const { socket, until } = open(t, port)
  socket.write(post(10))
  await until(/^HTTP\/1.1 401 .*refused$/s)
  socket.write(`0123456789GET / HTTP/1.1\r\nhost: x\r\n\r\n`)
  await until(/hello$/)
  t.pass('it was answered')
})

t.test('a connection keeps nothing of a refused body', async (t) => {
  const { server, port } = await startServer(t, { bytes: never, ms: never })
  const connected = once(server.server, 'connection') as Promise<[Socket]>
  const { socket, until } = open(t, port)
  const [served] = await connected
  const before = served.listenerCount('close')
  socket.write(post(10))
  await until(/^HTTP\/1.1 401 .*refused$/s)
  await waitFor(() => served.listenerCount('close') === before + 1, { for: 'it to be read on' })
  socket.write('0123456789')
  await waitFor(() => served.listenerCount('close') === before, { for: 'its listener to go' })
})

t.test('a connection that is over is read on, then closed', async (t) => {
  const { port } = await startServer(t, { bytes: never, ms: never })
  const { socket, seen, closed } = open(t, port)
  socket.write(post(1_000_000, 'last: 1\r\n'))
  await once(socket, 'end')
  t.match(seen.text, /^HTTP\/1.1 401 .*refused$/s)
  t.notOk(socket.destroyed, 'it may still send')
  socket.end(Buffer.alloc(1_000_000))
  t.equal(await closed, false, 'without a fault')
})

t.test('it is read on for a bounded time', async (t) => {
  const { port } = await startServer(t, { bytes: never, ms: 1 })
  for (const more of ['', 'last: 1\r\n']) {
    const { socket, until, closed } = open(t, port)
    socket.write(post(never, more))
    await until(/refused$/)
    // Only a connection that was reset can send no more.
    const sending = setInterval(() => socket.write('x'), 10)
    await closed
    clearInterval(sending)
  }
})

t.test('it is read on up to a bounded amount', async (t) => {
  const { port } = await startServer(t, { bytes: 1_000_000, ms: never })
  for (const more of ['', 'last: 1\r\n']) {
    const { socket, seen, closed } = open(t, port)
    socket.write(post(never, more))
    const send = () => {
      while (!socket.destroyed && socket.write(Buffer.alloc(100_000)));
    }
    socket.on('drain', send)
    send()
    await closed
    t.match(seen.text, /refused$/)
  }
})

t.test('a server that closes waits for none of it', async (t) => {
  const { server, port } = await startServer(t, { bytes: never, ms: never })
  const connections = [post(10), post(10, 'last: 1\r\n'), 'no HTTP\r\n\r\n'].map((bytes) => {
    const connection = open(t, port)
    connection.socket.write(bytes)
    return connection
  })
  for (const { until } of connections) await until(/refused$|malformed/)
  await t.resolves(server.close())
})

t.test('what is no HTTP is answered whatever comes behind it', async (t) => {
  const { port } = await startServer(t, { bytes: never, ms: never })
  const heads = [
    `GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
    'no HTTP\r\n\r\n',
    `${post(3)}abcno HTTP\r\n\r\n`,
  ]
  for (const head of heads) {
    const { socket, seen } = open(t, port)
    socket.pause()
    socket.end(Buffer.concat([Buffer.from(head), Buffer.alloc(12_000_000)]))
    await once(socket, 'finish')
    await once(socket.resume(), 'end')
    t.match(seen.text, /HTTP\/1.1 4\d\d .*\}$/s)
    t.equal(seen.text.match(/"code":"malformed-request"/g)?.length, 1, 'once')
  }
})
