import { setImmediate as next } from 'node:timers/promises'
import { uploads } from '@likeness/contracts/endpoints'
import { waitFor } from '@likeness/test-kit'
import t, { type Test } from 'tap'
import { form, jpeg } from '../testing/pictures.js'
import { openConnection, uploadHead } from '../testing/raw-connection.js'
import { type Media, startMedia } from '../testing/start-media.js'
import { blobs } from '../testing/steps.js'
import { originalKey } from '../uploads/upload-files.js'

const kib = 1024
const manyAtOnce = { RECEIVING_PER_USER: '1000', UPLOADS_PER_10_MINUTES: '100000', PENDING_PER_USER: '1000' }
const picture = await jpeg()
const crlf = '\r\n'
const text = (bytes: Buffer | string) => (typeof bytes === 'string' ? bytes : bytes.toString('latin1'))
const part = (head: string, content: Buffer | string) =>
  `--frontier${crlf}${head}${crlf}${crlf}${text(content)}${crlf}`
const field = (name: string, value: string) => part(`Content-Disposition: form-data; name="${name}"`, value)
const image = (content: Buffer | string = picture, name = 'image') =>
  part(`Content-Disposition: form-data; name="${name}"; filename="a.jpg"`, content)
const end = `--frontier--${crlf}`
const fill = 'x'.repeat(40 * kib)
const multipart = { 'content-type': 'multipart/form-data; boundary=frontier' }

/** Bodies of forms, and the answers they get. */
const shapes: Record<string, [body: string, status: number, code?: string]> = {
  'an attachment': [
    part('Content-Disposition: attachment; name="image"', fill) + end,
    400,
    'malformed-multipart',
  ],
  'an attachment before the image': [
    part('Content-Disposition: attachment; name="other"; filename="a"', fill) + image() + end,
    400,
    'malformed-multipart',
  ],
  'a part without a name': [
    part('Content-Disposition: form-data', fill) + image() + end,
    400,
    'malformed-multipart',
  ],
  'a part without a head': [part('', fill) + image() + end, 400, 'malformed-multipart'],
  'a part without a disposition': [part('Content-Type: image/jpeg', fill) + end, 400, 'malformed-multipart'],
  'a huge head': [
    part(`X: ${fill}${crlf}Content-Disposition: form-data; name="image"`, picture) + end,
    400,
    'malformed-multipart',
  ],
  'a head without an end': [`--frontier${crlf}X: ${fill}`, 400, 'malformed-multipart'],
  'a field over its limit': [field('filename', fill + fill) + image() + end, 400, 'validation-failed'],
  'a long field nobody knows': [image() + field('note', fill) + end, 400, 'validation-failed'],
  'a file after the image': [image() + image(fill, 'other') + end, 400, 'no-image'],
  'two images': [image() + image() + end, 400, 'no-image'],
  'another file': [image(fill, 'other') + end, 400, 'no-image'],
  'no last boundary': [image(fill), 400, 'malformed-multipart'],
  'half a boundary': [`${image(fill)}--front`, 400, 'malformed-multipart'],
  'no boundary at all': [fill, 400, 'malformed-multipart'],
  'parts without content': [image('') + field('filename', '') + end, 400, 'no-image'],
  'no parts': [end, 400, 'no-image'],
  'many parts': [field('filename', '').repeat(30) + image() + end, 400, 'malformed-multipart'],
  'something before and after': [`${fill}${crlf}${image()}${end}${fill}`, 201],
  'spaces after a boundary': [image().replace('frontier', 'frontier \t') + end, 201],
  'what looks like a boundary': [image(`${text(picture)}${crlf}--fronti`) + end, 201],
}

/** The ways to cut a body into pieces. */
const cuts: Record<string, (body: Buffer) => Buffer[]> = {
  whole: (body) => [body],
  'just before and after each boundary begins': (body) => {
    const ends = [...body.toString('latin1').matchAll(/\r\n--fr|--frontier\r/g)].flatMap(({ index }) => [
      index + 1,
      index + 5,
    ])
    return [0, ...ends].map((from, i) => body.subarray(from, ends[i] ?? body.length))
  },
}

t.test('every form is answered, whatever its shape, on new and kept connections', async (t) => {
  // Less than all of them together, so that one which held on to its bytes would be noticed.
  const media = await startMedia(t, { config: { ...manyAtOnce, UPLOAD_BYTES_IN_FLIGHT: String(kib * kib) } })
  const person = await media.person()
  let made = 0
  for (const [shape, [content, status, code]] of Object.entries(shapes)) {
    const body = Buffer.from(content, 'latin1')
    for (const [how, cut] of Object.entries(cuts)) {
      for (const kept of [false, true]) {
        const { send, answer } = await openConnection(t, media.url)
        if (kept) {
          await send(`GET /healthz HTTP/1.1${crlf}host: x${crlf}${crlf}`)
          await answer()
        }
        await send(uploadHead(person.authorization, { ...multipart, 'content-length': body.length }))
        for (const piece of cut(body)) {
          await send(piece)
          await next()
        }
        t.match(
          await answer(),
          { status, body: code ? { code } : {} },
          `${shape}, ${how}, ${kept ? 'kept' : 'new'}`,
        )
        made += status === 201 ? 1 : 0
      }
    }
  }
  t.equal((await pendingOf(media, person.id)).length, made)
  t.equal((await blobs(media)).length, made, 'nothing of a refused one is kept')
  const big = Buffer.concat([picture, Buffer.alloc(900 * kib)])
  t.equal((await person.call(uploads.create, { body: form(big) })).status, 201, 'no bytes are held')
})

const pendingOf = ({ deps }: Media, userId: string) =>
  deps.db.selectFrom('uploads').select('id').where('user_id', '=', userId).execute()

t.test('a body of one-byte chunks', async (t) => {
  const media = await startMedia(t)
  const person = await media.person()
  const body = Buffer.from(image() + end, 'latin1')
  const { send, answer } = await openConnection(t, media.url)
  const chunks = [...body].map((byte) => Buffer.from([0x31, 13, 10, byte, 13, 10]))
  await send(uploadHead(person.authorization, { ...multipart, 'transfer-encoding': 'chunked' }))
  await send(Buffer.concat([...chunks, Buffer.from(`0${crlf}${crlf}`)]))
  t.match(await answer(), { status: 201, body: { bytes: picture.length } })
})

t.test('uploads that use the memory of others again keep their own bytes', async (t) => {
  const media = await startMedia(t, { config: manyAtOnce })
  const person = await media.person()
  const sent = Array.from({ length: 48 }, (_, index) => {
    const bytes = Buffer.concat([picture, Buffer.alloc((index % 12) * 30 * kib, index + 1)])
    return { bytes, isRefused: index % 5 === 4 }
  })
  const kept = new Map<string, Buffer>()
  // Some at once, and more when those have given back what they took.
  for (let from = 0; from < sent.length; from += 12) {
    await Promise.all(
      sent.slice(from, from + 12).map(async ({ bytes, isRefused }) => {
        const body = isRefused ? bytes.subarray(1) : bytes
        const answer = await person.call(uploads.create, { body: form(body) })
        t.equal(answer.status, isRefused ? 415 : 201)
        if (!isRefused) kept.set(originalKey(answer.body), bytes)
      }),
    )
  }
  for (const [key, bytes] of kept) t.ok((await media.deps.storage.get(key)).equals(bytes), key)
  t.strictSame(await blobs(media), [...kept.keys()].toSorted())
})

/** An upload whose head was sent, and as much of its body. */
async function begin(t: Test, url: string, authorization: string, body: Buffer | string, length: number) {
  const connection = await openConnection(t, url)
  await connection.send(uploadHead(authorization, { 'content-type': 'image/jpeg', 'content-length': length }))
  await connection.send(body)
  return connection
}

t.test('43 slow uploads of one person keep nobody else out', async (t) => {
  const media = await startMedia(t, { config: { UPLOAD_LEAST_BYTES: '0' } })
  const [slow, other] = [await media.person(), await media.person()]
  const announced = 10 * kib * kib
  const open = await Promise.all(
    Array.from({ length: 43 }, () => begin(t, media.url, slow.authorization, picture, announced)),
  )
  const answered: { status: number; retryAfter: string | undefined; code: unknown }[] = []
  for (const { answer } of open) {
    void answer().then(
      ({ status, headers, body }) =>
        answered.push({ status, retryAfter: headers['retry-after'], code: body.code }),
      () => undefined,
    )
  }
  await waitFor(() => answered.length === 40, { for: '40 refusals, before their bodies are read' })
  t.strictSame(
    answered,
    Array.from({ length: 40 }, () => ({ status: 429, retryAfter: '1', code: 'rate-limited' })),
  )
  t.match(await other.call(uploads.create, { body: form(picture) }), { status: 201 })
  t.match(await slow.call(uploads.create, { body: form(picture) }), {
    status: 429,
    headers: new Map([['ratelimit-policy', '"uploads-at-once";q=3']]),
  })
  for (const { socket } of open) socket.destroy()
  await waitFor(async () => (await slow.call(uploads.create, { body: form(picture) })).status === 201)
})

t.test('a body that arrives too slowly is given up', async (t) => {
  const media = await startMedia(t, { config: { UPLOAD_LEAST_SECONDS: '1' } })
  const person = await media.person()
  for (const headers of [
    { 'content-type': 'image/jpeg', 'content-length': 100_000 },
    { ...multipart, 'content-length': 100_000 },
    { ...multipart, 'transfer-encoding': 'chunked' },
  ]) {
    const { send, answer } = await openConnection(t, media.url)
    await send(uploadHead(person.authorization, headers))
    await send(`a${crlf}0123456789${crlf}`)
    t.match(await answer(), {
      status: 408,
      headers: { connection: 'close' },
      body: { code: 'upload-too-slow', detail: /^At least 16384 bytes .* 1 seconds/ },
    })
  }
  t.strictSame(await blobs(media), [])
})

t.test('a service that closes answers uploads that still arrive, and waits for no more', async (t) => {
  const media = await startMedia(t, { config: { UPLOAD_LEAST_BYTES: '0' } })
  const person = await media.person()
  const { app, url } = await media.serve()
  const { send, answer } = await openConnection(t, url)
  const head = { 'content-type': 'image/jpeg', 'content-length': 100_000, expect: '100-continue' }
  await send(uploadHead(person.authorization, head))
  t.match(await answer(), { status: 100 }, 'the request is there')
  await send(picture)
  t.equal((await fetch(`${url}/healthz`)).status, 200)
  const closing = app.close()
  t.match(await answer(), { status: 503, headers: { 'retry-after': '1' }, body: { code: 'overloaded' } })
  await closing
})
