import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { addressOf } from '@likeness/contracts'
import { avatars, uploads } from '@likeness/contracts/endpoints'
import { waitFor } from '@likeness/test-kit'
import t from 'tap'
import { jpeg } from '../testing/pictures.js'
import { type Media, startMedia } from '../testing/start-media.js'
import { publish } from '../testing/steps.js'

const media: Media = await startMedia(t)
await media.work()
const ana = await media.person()

const show = async (background: string) => publish(ana, await jpeg(600, 600, background))

/** Everything in an answer but what is new each time. */
async function ask(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const answer = await fetch(`${media.url}${path}`, { method, headers })
  const {
    date: _date,
    connection: _connection,
    'keep-alive': _,
    'x-request-id': id,
    ...rest
  } = Object.fromEntries(answer.headers)
  return { status: answer.status, headers: rest, id, bytes: Buffer.from(await answer.arrayBuffer()) }
}

const published = await show('#ff0000')
const immutable = new URL(published.avatar?.urls['128']?.webp ?? '').pathname
const nobody = randomUUID()

t.test('requests that are refused elsewhere are refused when hot', async (t) => {
  t.equal((await ask(immutable)).status, 200)
  const nameless = request(`${media.url}${immutable}`, { setHost: false, headers: { connection: 'close' } })
  const [answer] = (await once(nameless.end(), 'response')) as [IncomingMessage]
  t.match([answer.statusCode, answer.headers['content-type']], [400, 'application/problem+json'])
  answer.resume()

  const put = await ask(immutable, {}, 'PUT')
  t.match([put.status, put.headers.allow], [405, 'GET, HEAD, OPTIONS'])
  const post = await ask(addressOf(avatars.serve, { params: { userId: nobody } }), {}, 'POST')
  t.match([post.status, post.headers.allow], [405, /^DELETE, GET, HEAD/])
})

t.test('asked again at once, the answer is the same', async (t) => {
  for (const path of [
    immutable,
    addressOf(avatars.serve, { params: { userId: ana.id }, query: { size: 128 } }),
    addressOf(avatars.serve, { params: { userId: nobody }, query: { default: 'identicon' } }),
    addressOf(avatars.serveHashed, { params: { file: '0'.repeat(32) }, query: { d: 'retro' } }),
  ]) {
    const first = await ask(path)
    t.equal(first.status, 200, path)
    for (const condition of [
      undefined,
      '"another"',
      first.headers.etag,
      `"a", W/${first.headers.etag}`,
      '*',
    ]) {
      const headers: Record<string, string> = condition === undefined ? {} : { 'if-none-match': condition }
      // Not hot: Accept chooses nothing else here.
      const slow = await ask(path, { ...headers, accept: `*/*;v=${Math.random()}` })
      const hot = await ask(path, headers)
      t.strictSame({ ...hot, id: '' }, { ...slow, id: '' }, `${path} ${condition}`)
      t.not(hot.id, slow.id)
    }
    t.equal((await ask(path, { 'x-request-id': 'given-by-a-proxy' })).id, 'given-by-a-proxy')
    const head = await ask(path, {}, 'HEAD')
    t.strictSame({ ...head, id: '', bytes: first.bytes }, { ...first, id: '' }, 'HEAD')
    t.equal(head.bytes.length, 0)
    t.equal((await ask(path, {}, 'POST')).status, 405)
  }
})

t.test('Accept chooses among what is hot', async (t) => {
  const path = addressOf(avatars.serve, { params: { userId: ana.id }, query: { size: 64 } })
  for (const turn of [1, 2]) {
    for (const [accept, type] of [
      ['image/webp', 'image/webp'],
      ['image/jpeg', 'image/jpeg'],
    ] as const) {
      t.equal((await ask(path, { accept })).headers['content-type'], type, `${turn}`)
    }
  }
})

t.test('after a 304 to one, another has the picture', async (t) => {
  const path = addressOf(avatars.serve, { params: { userId: ana.id }, query: { size: 256 } })
  const { etag } = (await ask(path, { accept: 'image/webp' })).headers
  const accept = 'image/webp,image/png'
  const condition = { 'if-none-match': etag ?? '' }
  t.equal((await ask(path, { accept, ...condition })).status, 304)
  t.equal((await ask(path, { accept, ...condition })).status, 304)
  t.equal((await ask(path, { accept })).status, 200)
})

/** Sends requests in one piece on a connection of their own. @returns the answers, once it is closed */
async function exchange(...requests: string[]) {
  const socket = connect(Number(new URL(media.url).port), '127.0.0.1')
  const parts: Buffer[] = []
  socket.on('data', (some: Buffer) => parts.push(some)).write(requests.join(''))
  await once(socket, 'close')
  let rest = Buffer.concat(parts).toString('latin1')
  return requests.map((sent) => {
    const [head = ''] = rest.split('\r\n\r\n', 1)
    const status = Number(head.split(' ')[1])
    const bare = sent.startsWith('HEAD') || status === 304
    const length = bare ? 0 : Number(/^content-length: (\d+)$/im.exec(head)?.[1])
    const body = rest.slice(head.length + 4, head.length + 4 + length)
    rest = rest.slice(head.length + 4 + length)
    return { status, connection: /^connection: (.+)$/im.exec(head)?.[1], body }
  })
}

const raw = (path: string, more = '', method = 'GET', version = '1.1') =>
  `${method} ${path} HTTP/${version}\r\nhost: x\r\n${more}\r\n`
const last = 'connection: close\r\n'

t.test('requests that come together are answered in their order', async (t) => {
  const { etag, ...headers } = (await ask(immutable)).headers
  // It is hot for requests without Accept from then on.
  const [first] = await exchange(raw(immutable, last))
  t.match(first, { status: 200, connection: 'close' })
  const body = first?.body
  t.equal(body?.length, Number(headers['content-length']))
  const kept = 'keep-alive'
  t.strictSame(
    await exchange(
      raw(immutable),
      raw(immutable, `if-none-match: ${etag}\r\n`),
      raw(immutable, '', 'HEAD'),
      raw(`${immutable}x`),
      raw(immutable),
      raw(immutable, last),
    ).then((answers) => answers.map((one) => (one.status === 400 ? { ...one, body: '' } : one))),
    [
      { status: 200, connection: kept, body },
      { status: 304, connection: kept, body: '' },
      { status: 200, connection: kept, body: '' },
      { status: 400, connection: kept, body: '' },
      { status: 200, connection: kept, body },
      { status: 200, connection: 'close', body },
    ],
  )
  t.strictSame(await exchange(raw(immutable, '', 'GET', '1.0')), [{ status: 200, connection: 'close', body }])
})

t.test('a connection that had nothing but hot answers ends with its server', async (t) => {
  const other = await media.serve()
  const socket = connect(Number(new URL(other.url).port), '127.0.0.1')
  let seen = ''
  socket.setEncoding('latin1').on('data', (some: string) => {
    seen += some
  })
  const path = addressOf(avatars.serve, { params: { userId: nobody }, query: { default: 'identicon' } })
  await ask(path)
  for (let count = 1; count <= 3; count += 1) {
    socket.write(raw(path))
    await waitFor(() => seen.split('HTTP/1.1 200').length - 1 === count, { for: 'an answer' })
  }
  const closed = once(socket, 'close')
  await other.app.close()
  await closed
  t.pass('it is closed')
})

t.test('every process sees a new picture, a withdrawn and an erased one', async (t) => {
  const other = await media.serve()
  const path = addressOf(avatars.serve, { params: { userId: ana.id }, query: { size: 128 } })
  const etags = async () => {
    const answers = [media.url, other.url].map(async (url) => {
      const answer = await fetch(`${url}${path}`)
      await answer.arrayBuffer()
      return answer.headers.get('etag') ?? ''
    })
    return Promise.all(answers)
  }
  // It is requested all the time, so it is hot all the time.
  let asking = true
  const asked = (async () => {
    while (asking) await etags()
  })()
  t.match(await etags(), [/\/1\//, /\/1\//])
  const second = await show('#00ff00')
  await waitFor(async () => (await etags()).every((etag) => etag.includes('/2/')), {
    for: 'the second',
  })
  await ana.call(avatars.withdraw, { params: { userId: ana.id } })
  await waitFor(async () => (await etags()).every((etag) => !etag.includes('/')), {
    for: 'the default',
  })
  asking = false
  await asked

  const old = new URL(second.avatar?.urls['128']?.webp ?? '').pathname
  t.equal((await ask(old)).status, 410, 'its own address too')
  t.equal((await ana.call(uploads.remove, { params: { id: second.id } })).status, 204)
  t.match(await ask(old), { status: 410, headers: { 'cache-control': 'no-store' } }, 'and once erased')
})
