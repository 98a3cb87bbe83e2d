import { request } from 'node:http'
import { deflateSync } from 'node:zlib'
import { addressOf } from '@likeness/contracts'
import { uploads } from '@likeness/contracts/endpoints'
import sharp from 'sharp'
import t from 'tap'
import { form, jpeg, quarters } from '../testing/pictures.js'
import { openConnection, uploadHead } from '../testing/raw-connection.js'
import { type Media, startMedia } from '../testing/start-media.js'
import { blobs, blobsOf } from '../testing/steps.js'

const mib = 1024 * 1024
const media: Media = await startMedia(t, {
  config: { PENDING_PER_USER: '3', RECEIVING_PER_USER: '100' },
})

/** Every refusal must leave neither a row nor a blob. */
async function refused(
  body: BodyOf | undefined,
  expected: { status: number; code: string },
  headers: Record<string, string> = {},
) {
  const person = await media.person()
  const before = await blobs(media)
  const answer = await person.send('POST', addressOf(uploads.create), { body, headers })
  t.match(
    answer,
    { status: expected.status, body: { code: expected.code, status: expected.status } },
    expected.code,
  )
  t.equal(answer.headers.get('content-type'), 'application/problem+json')
  const list = await person.call(uploads.list)
  t.strictSame(list.body.items, [], 'no row')
  t.strictSame(await blobs(media), before, 'no blob')
  return answer.body
}
type BodyOf = FormData | Buffer | string | Record<string, unknown>

/** A PNG whose header claims a size, with a valid checksum and hardly any data. */
function pngOf(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const frame = Buffer.alloc(4)
    frame.writeUInt32BE(data.length)
    const crc = Buffer.alloc(4)
    crc.writeUInt32BE(crc32(body))
    return Buffer.concat([frame, body, crc])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(1000))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

// PNG specification, annex D. node:zlib has it only from Node 20.15.1, but without types here.
function crc32(bytes: Buffer): number {
  let crc = -1
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1))
  }
  return (crc ^ -1) >>> 0
}

t.test('bodies without exactly one image', async () => {
  const none = new FormData()
  none.append('note', 'no file')
  await refused(none, { status: 400, code: 'no-image' })

  const two = form(await jpeg())
  two.append('image', new Blob([new Uint8Array(await jpeg())]), 'second.jpg')
  await refused(two, { status: 400, code: 'no-image' })

  await refused(form(await jpeg(), 'a.jpg', 'picture'), { status: 400, code: 'no-image' })
  await refused(form(Buffer.alloc(0)), { status: 400, code: 'no-image' })
  await refused(Buffer.alloc(0), { status: 400, code: 'no-image' }, { 'content-type': 'image/png' })
  await refused({ image: 'base64' }, { status: 400, code: 'no-image' })
  await refused('', { status: 400, code: 'no-image' }, { 'content-type': 'text/plain' })
  await refused(undefined, { status: 400, code: 'no-image' })
})

t.test('an invalid content type: the refusal names the accepted ones', async (t) => {
  const person = await media.person()
  const answer = await person.call(uploads.create, {
    body: await jpeg(),
    headers: { 'content-type': 'image/' },
  })
  const detail = 'Send multipart/form-data, image/*.'
  t.match(answer, { status: 415, body: { code: 'unsupported-media-type', detail } })
})

t.test('a file without a name', async (t) => {
  const picture = (await jpeg()).toString('latin1')
  const head =
    '--frontier\r\nContent-Disposition: form-data; name="image"\r\nContent-Type: image/jpeg\r\n\r\n'
  const body = Buffer.from(`${head}${picture}\r\n--frontier--\r\n`, 'latin1')
  const person = await media.person()
  const type = { 'content-type': 'multipart/form-data; boundary=frontier' }
  const answer = await person.call(uploads.create, { body, headers: type })
  t.match(answer, { status: 201, body: { originalFilename: null, format: 'jpeg' } })
  const text = new FormData()
  text.append('image', 'data:image/jpeg;base64,AAAA')
  await refused(text, { status: 400, code: 'no-image' })
})

t.test('multipart bodies that are not well formed', async () => {
  const picture = (await jpeg()).toString('latin1')
  const part = `--frontier\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n${picture}`
  const type = { 'content-type': 'multipart/form-data; boundary=frontier' }
  await refused(Buffer.from(part, 'latin1'), { status: 400, code: 'malformed-multipart' }, type)
  await refused(Buffer.from('--other\r\n\r\n--other--'), { status: 400, code: 'malformed-multipart' }, type)
  await refused(
    Buffer.from(part, 'latin1'),
    { status: 400, code: 'malformed-multipart' },
    { 'content-type': 'multipart/form-data' },
  )
  await refused(Buffer.from('--frontier\r\n'), { status: 400, code: 'malformed-multipart' }, type)
})

t.test('the size limit, to the byte', async () => {
  const small = await jpeg()
  // JPEG readers ignore what follows the end marker.
  const exact = Buffer.concat([small, Buffer.alloc(10 * mib - small.length)])
  const person = await media.person()
  const whole = await person.call(uploads.create, { body: form(exact) })
  t.match(whole, { status: 201, body: { bytes: 10 * mib } })
  const raw = await person.call(uploads.create, { body: exact, headers: { 'content-type': 'image/jpeg' } })
  t.match(raw, { status: 201, body: { bytes: 10 * mib, sha256: whole.body.sha256 } })
  const over = Buffer.concat([exact, Buffer.alloc(1)])
  await refused(form(over), { status: 413, code: 'image-too-large' })
  await refused(over, { status: 413, code: 'image-too-large' }, { 'content-type': 'image/jpeg' })
})

t.test('a declared 10 GB is refused before a byte of it is read', async (t) => {
  const { authorization } = { authorization: `Bearer ${await media.token(crypto.randomUUID())}` }
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const sent = request(`${media.url}${addressOf(uploads.create)}`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'image/png', 'content-length': String(10 * 1024 * mib) },
    })
    sent.on('response', (answer) => {
      resolve(answer.statusCode)
      answer.resume()
      sent.destroy()
    })
    sent.on('error', reject)
    sent.flushHeaders()
  })
  t.equal(status, 413)
})

t.test('files that are not an accepted picture', async (t) => {
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"/>')
  const seen = await refused(form(svg, 'photo.png'), { status: 415, code: 'unsupported-image' })
  t.match(seen.detail, /SVG/i, 'says what was seen')
  t.match(seen.detail, /JPEG, PNG, WebP, GIF, AVIF, (HEIC, )?BMP/, 'says what is accepted')
  await refused(form(Buffer.from('<!doctype html><script>alert(1)</script>'), 'photo.png'), {
    status: 415,
    code: 'unsupported-image',
  })
  await refused(form(Buffer.from('GIF89')), { status: 415, code: 'unsupported-image' })
  await refused(form(Buffer.from('BM not really')), { status: 415, code: 'unsupported-image' })
})

t.test('pictures with an impossible header', async () => {
  await refused(form(pngOf(65_535, 65_535)), { status: 422, code: 'too-many-pixels' })
  await refused(form(pngOf(30_000, 30_000)), { status: 422, code: 'too-many-pixels' })
  await refused(form(pngOf(50_001, 1000)), { status: 422, code: 'too-many-pixels' })
  await refused(form(pngOf(15, 100)), { status: 422, code: 'image-too-small' })
  await refused(form((await jpeg(200, 200)).subarray(0, 100)), { status: 422, code: 'invalid-image' })
})

t.test('file names are stored clean', async (t) => {
  const person = await media.person()
  const cases: [given: string, kept: string | null][] = [
    ['../../etc/passwd.jpg', 'passwd.jpg'],
    ['C:\\photos\\me.jpg', 'me.jpg'],
    ['a\u0000b\u0007\u001bc.jpg', 'abc.jpg'],
    ['\u202egpj.exe', 'gpj.exe'],
    [`${'x'.repeat(10_000)}.jpeg`, `${'x'.repeat(250)}.jpeg`],
    ['e\u0301té.png', 'été.png'],
    ['..', null],
    ['   ', null],
    ['photo 😀.jpg', 'photo 😀.jpg'],
  ]
  for (const [given, kept] of cases) {
    const answer = await person.call(uploads.create, {
      query: { replace: 'oldest', filename: given },
      body: await jpeg(),
      headers: { 'content-type': 'image/jpeg' },
    })
    t.match(answer, { status: 201, body: { originalFilename: kept } }, JSON.stringify(given.slice(0, 30)))
  }
  const multipart = await person.call(uploads.create, {
    query: { replace: 'oldest' },
    body: form(await jpeg(), '../ü\u202e.png'),
  })
  t.equal(multipart.body.originalFilename, 'ü.png')
})

t.test('formats are decided from the bytes', async (t) => {
  const person = await media.person()
  const picture = quarters(40, 20)
  for (const format of ['jpeg', 'png', 'webp', 'gif'] as const) {
    const bytes = await picture.clone().toFormat(format).toBuffer()
    const answer = await person.call(uploads.create, {
      query: { replace: 'oldest' },
      body: form(bytes, 'a.txt'),
    })
    t.match(
      answer,
      { status: 201, body: { format, width: 40, height: 20, pages: 1, bytes: bytes.length } },
      format,
    )
  }
  const frames = await sharp([await jpeg(32, 32, '#ff0000'), await jpeg(32, 32, '#00ff00')], {
    join: { animated: true },
  })
    .gif()
    .toBuffer()
  const animated = await person.call(uploads.create, {
    query: { replace: 'oldest' },
    body: frames,
    headers: {
      'content-type': 'image/gif',
    },
  })
  t.match(animated, { status: 201, body: { format: 'gif', width: 32, height: 32, pages: 2 } })
})

t.test('the pending limit is exact under parallel uploads', async (t) => {
  const person = await media.person()
  const bytes = await jpeg()
  const stored = await blobs(media)
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => person.call(uploads.create, { body: form(bytes) })),
  )
  t.equal(answers.filter((one) => one.status === 201).length, 3)
  t.ok(
    answers
      .filter((one) => one.status !== 201)
      .every((one) => one.status === 429 && one.body.code === 'too-many-pending'),
  )
  t.equal((await blobs(media)).length, stored.length + 3, 'the refused left no bytes')

  const before = await person.call(uploads.list, { query: { status: 'pending' } })
  const replaced = await person.call(uploads.create, { query: { replace: 'oldest' }, body: form(bytes) })
  t.equal(replaced.status, 201)
  const after = await person.call(uploads.list, { query: { status: 'pending' } })
  t.strictSame(
    after.body.items.map((one) => one.id),
    [replaced.body.id, ...before.body.items.slice(0, 2).map((one) => one.id)],
    'the oldest made room',
  )
})

t.test('uploading for another user is for managers only', async (t) => {
  const [ana, ben, max] = [await media.person(), await media.person(), await media.person('manager')]
  t.match(await ana.call(uploads.create, { query: { userId: ben.id }, body: form(await jpeg()) }), {
    status: 403,
    body: { code: 'forbidden' },
  })
  t.match(await max.call(uploads.create, { query: { userId: ben.id }, body: form(await jpeg()) }), {
    status: 201,
    body: { userId: ben.id },
  })
  // RFC 9562 §4: an id may be written in either case.
  const shouted = await max.call(uploads.create, {
    query: { userId: ben.id.toUpperCase() },
    body: form(await jpeg()),
  })
  t.match(shouted, { status: 201, body: { userId: ben.id } })
  t.match(await ben.call(uploads.read, { params: { id: shouted.body.id.toUpperCase() } }), { status: 200 })
  t.match(
    await ana.call(uploads.create, { query: { userId: ana.id.toUpperCase() }, body: form(await jpeg()) }),
    {
      status: 201,
    },
  )
})

/** A form with fields before or after its picture. */
async function formWith(before: [string, string][], after: [string, string][] = []): Promise<FormData> {
  const body = new FormData()
  for (const [name, value] of before) body.append(name, value)
  body.append('image', new Blob([new Uint8Array(await jpeg())]), 'photo.jpg')
  for (const [name, value] of after) body.append(name, value)
  return body
}

t.test('owner, name and replacement may be fields of the form', async (t) => {
  const [ana, ben, max] = [await media.person(), await media.person(), await media.person('manager')]
  const send = async (
    person: typeof ana,
    form: Promise<FormData>,
    query: { userId?: string; filename?: string } = {},
  ) => person.call(uploads.create, { query, body: await form })
  const forBen: [string, string] = ['userId', ben.id.toUpperCase()]
  const first = await send(max, formWith([forBen, ['filename', 'me.jpg']]))
  t.match(first, { status: 201, body: { userId: ben.id, originalFilename: 'me.jpg' } })
  t.match(
    await send(max, formWith([], [forBen])),
    { status: 201, body: { userId: ben.id } },
    'after the image',
  )
  t.match(await send(max, formWith([forBen]), { userId: ben.id }), { status: 201, body: { userId: ben.id } })
  t.match(await send(max, formWith([forBen])), { status: 429, body: { code: 'too-many-pending' } })
  t.match(await send(max, formWith([['replace', 'oldest']], [forBen])), { status: 201 })
  t.match(await ben.call(uploads.read, { params: { id: first.body.id } }), { body: { status: 'discarded' } })
  t.match(await send(ana, formWith([['userId', ana.id]])), { status: 201, body: { userId: ana.id } })

  const wrong: [form: Promise<FormData>, query: { userId?: string; filename?: string }, paths: string[]][] = [
    [formWith([['userid', ben.id]], [['note', 'x']]), {}, ['note', 'userid']],
    [formWith([forBen, forBen]), {}, ['userId']],
    [formWith([['userId', 'ben']], [['replace', 'newest']]), {}, ['replace', 'userId']],
    [formWith([forBen]), { userId: ana.id }, ['userId']],
    [formWith([['filename', 'a.jpg']]), { filename: 'b.jpg' }, ['filename']],
  ]
  for (const [body, query, paths] of wrong) {
    const { status, body: problem } = await send(max, body, query)
    t.match({ status, problem }, { status: 400, problem: { code: 'validation-failed' } })
    t.strictSame(problem.errors?.map(({ path }) => path).sort(), paths)
  }
  t.match(await send(ana, formWith([forBen])), { status: 403, body: { code: 'forbidden' } })
  t.strictSame(await blobsOf(media, max.id), [], 'nothing of it became the manager’s')
})

t.test('nothing is kept for an unknown user', async (t) => {
  const max = await media.person('manager')
  const nobody = crypto.randomUUID()
  const before = await blobs(media)
  const unknown = { status: 404, body: { code: 'user-not-found' } }
  const { send, answer } = await openConnection(t, media.url)
  const head = { 'content-type': 'image/jpeg', 'content-length': 1000 }
  await send(uploadHead(max.authorization, head, `?userId=${nobody}`))
  t.match(await answer(), unknown, 'before a byte is read')
  t.match(await max.call(uploads.create, { body: await formWith([], [['userId', nobody]]) }), unknown)

  const ben = await media.person()
  media.accounts.status = 500
  const away = await max.call(uploads.create, { query: { userId: ben.id }, body: form(await jpeg()) })
  t.match(away, { status: 503, body: { code: 'overloaded' } })
  t.ok(Number(away.headers.get('retry-after')) > 0)
  t.match(
    await ben.call(uploads.create, { body: form(await jpeg()) }),
    { status: 201 },
    'one’s own need no answer',
  )
  media.accounts.status = 204
  t.equal((await blobs(media)).length, before.length + 1, 'the one of Ben’s own')
})

t.test('bytes in flight are bounded', async (t) => {
  const small = await startMedia(t, { config: { UPLOAD_BYTES_IN_FLIGHT: String(mib) } })
  const person = await small.person()
  const answer = await person.call(uploads.create, {
    body: Buffer.alloc(2 * mib),
    headers: {
      'content-type': 'image/png',
    },
  })
  t.match(answer, { status: 503, body: { code: 'overloaded' } })
  t.equal(answer.headers.get('retry-after'), '1')
  t.match(await person.call(uploads.create, { body: form(await jpeg()) }), { status: 201 })
})

t.test('uploads are limited per ten minutes', async (t) => {
  const strict = await startMedia(t, { config: { UPLOADS_PER_10_MINUTES: '2' } })
  const person = await strict.person()
  for (const status of [201, 201, 429]) {
    const answer = await person.call(uploads.create, { body: form(await jpeg()) })
    t.equal(answer.status, status)
    if (status === 429) {
      t.equal(answer.body.code, 'rate-limited')
      const wait = answer.headers.get('retry-after')
      t.ok(Number(wait) > 500)
      t.equal(answer.headers.get('ratelimit-policy'), '"uploads";q=2;w=600')
      t.equal(answer.headers.get('ratelimit'), `"uploads";r=0;t=${wait}`)
    }
  }
})
