import {
  avatars,
  call,
  createAvatarFlow,
  createClient,
  type FlowSnapshot,
  isProblem,
  type LikenessError,
  operators,
  pages,
  type Upload,
  uploads,
} from '@likeness/client'
import { startMedia } from '@likeness/media/testing'
import { startS3 } from '@likeness/storage/testing'
import { waitFor } from '@likeness/test-kit'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import { type FaultyProxy, openProxy } from './testing/open-proxy.js'

const media = await startMedia(t)
await media.work()

const red = [220, 30, 30] as const
const blue = [30, 60, 220] as const

/** A picture of 300 × 200 whose left square of 200 is of one colour, and the rest of the other. */
async function picture(left: readonly [number, number, number] = red, right = blue): Promise<File> {
  const fill = ([r, g, b]: readonly [number, number, number]) => ({ r, g, b })
  const bytes = await sharp({ create: { width: 300, height: 200, channels: 3, background: fill(left) } })
    .composite([
      {
        input: { create: { width: 100, height: 200, channels: 3, background: fill(right) } },
        left: 200,
        top: 0,
      },
    ])
    .png()
    .toBuffer()
  return new File([new Uint8Array(bytes)], 'me.png', { type: 'image/png' })
}

/** A client of someone new, whose login is not that of Likeness, and a proxy that can fail between. */
async function newcomer(t: Test, role?: 'manager') {
  const proxy = await openProxy(t, media.url)
  const person = await media.person(role)
  const token = person.authorization.replace('Bearer ', '')
  const client = createClient({ url: proxy.url, getToken: () => token })
  return { client, proxy, token, person }
}

const requestsTo = (proxy: FaultyProxy, name: string) => proxy.seen.filter(({ request }) => request === name)
const statuses = async (list: AsyncIterable<Upload>) => {
  const seen: string[] = []
  for await (const { status, previewUrl } of list) {
    const now = status === 'pending' && previewUrl !== null ? 'preview' : status
    if (seen.at(-1) !== now) seen.push(now)
  }
  return seen
}

/** The colour in the middle of the picture at this address. */
async function colourAt(url: string): Promise<string> {
  const bytes = Buffer.from(await (await fetch(url)).arrayBuffer())
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const [r = 0, , b = 0] = data.subarray((info.height / 2) * info.width * 3 + (info.width / 2) * 3)
  return r > b ? 'red' : 'blue'
}

t.test('a picture is sent, shown, confirmed, described, replaced, restored and withdrawn', async (t) => {
  const { client, person } = await newcomer(t)
  const shares: number[] = []
  const file = await picture()
  const staged = await uploads.send(client, file, { onProgress: (share) => shares.push(share) })
  t.match(staged, { status: 'pending', originalFilename: 'me.png', bytes: file.size })
  t.equal(shares.at(-1), 1)
  t.same(
    shares,
    shares.toSorted((a, b) => a - b),
  )

  const { previewUrl, width, height } = await uploads.preview(client, staged.id)
  t.same([width, height], [300, 200])
  t.equal((await fetch(previewUrl.replace('https://likeness.test', media.url))).status, 200)
  t.match(await uploads.readPreview(client, staged.id), { type: 'image/webp' })

  const crop = { x: 200, y: 0, width: 100, height: 100 }
  const live = await uploads.confirm(client, staged.id, { crop, altText: 'Blue' })
  t.match(live, { status: 'published', crop, altText: 'Blue' })
  const address = avatars.urlOf(client, person.id, { size: 64, format: 'jpeg' })
  t.equal(await colourAt(address), 'blue')
  await t.rejects(uploads.confirm(client, staged.id), { code: 'already-confirmed', status: 409 })

  const described = await avatars.describe(client, person.id, 'Very blue', { version: live.avatar?.version })
  t.match(described, { altText: 'Very blue' })
  const second = await uploads.send(client, await picture(), { filename: 'other.png' })
  await uploads.confirm(client, second.id)
  const history = await uploads.list(client)
  t.match(history.items, [
    { originalFilename: 'other.png', status: 'published' },
    { originalFilename: 'me.png', status: 'superseded' },
  ])
  const all: Upload[] = []
  for await (const one of pages((page) => uploads.list(client, { limit: 1, ...page }))) all.push(one)
  t.equal(all.length, 2, 'page by page')

  t.match(await uploads.restore(client, staged.id), { id: staged.id, status: 'published' })
  await t.rejects(avatars.withdraw(client, person.id, { version: 1 }), { code: 'stale' })
  await avatars.withdraw(client, person.id)
  t.match(await uploads.readOne(client, staged.id), { status: 'withdrawn' })
  await uploads.discard(client, second.id)
  t.equal((await uploads.list(client)).items.length, 1)
})

t.test('errors are told by code, with their fields', async (t) => {
  const { client, proxy } = await newcomer(t)
  const html = new Blob(['<!doctype html>'], { type: 'image/png' })
  const error = await uploads.send(client, html).catch((thrown: unknown) => thrown)
  t.ok(isProblem(error, 'unsupported-image', 'invalid-image'))
  t.notOk(isProblem(error, 'image-too-large'))
  t.match(error, { status: 415, title: 'This kind of file is not accepted', detail: /HTML/, requestId: /./ })
  // Refused before all of it has come.
  const large = new Blob([new Uint8Array(11 * 1024 * 1024)])
  await t.rejects(uploads.send({ ...client, url: media.url }, large), { code: 'image-too-large' })
  const french = { ...client, language: 'fr' }
  const wrong = call(french, 'GET /v1/uploads', { query: { limit: 1000 } })
  await t.rejects(wrong, { code: 'validation-failed', title: 'La requête n’est pas valide' })
  const fields = await wrong.catch((thrown: LikenessError) => thrown.field('limit'))
  t.match(fields, /100/)

  const fixed = (status: number, headers: Record<string, string>, body: string) => {
    proxy.decide = () => (response) => void response.writeHead(status, headers).end(body)
    return uploads.list({ ...client, retries: 0 })
  }
  await t.rejects(fixed(200, { 'content-type': 'text/html' }, '<h1>Log in to the Wi-Fi</h1>'), {
    code: 'unreadable-answer',
  })
  await t.rejects(fixed(200, { 'content-type': 'application/json' }, '{"items": ['), {
    code: 'unreadable-answer',
  })
  await t.rejects(fixed(502, { 'content-type': 'text/html' }, '<h1>Bad gateway</h1>'), {
    code: 'unreadable-answer',
    status: 502,
  })
  await t.rejects(fixed(429, { 'content-type': 'application/problem+json' }, '{}'), {
    code: 'unreadable-answer',
    status: 429,
  })
  await t.rejects(fixed(302, { location: 'http://127.0.0.1:9' }, ''), { code: 'unreadable-answer' })
  await t.rejects(uploads.list(createClient({ url: 'http://127.0.0.1:9', retries: 0 })), {
    code: 'unreachable',
    status: 0,
  })
})

t.test('Retry-After is obeyed, by the clock of the server', async (t) => {
  const { client, proxy } = await newcomer(t)
  const refuse = (headers: Record<string, string>) => {
    proxy.decide = () => (response) =>
      void response.writeHead(503, { 'content-type': 'text/plain', ...headers }).end('busy')
  }
  const waitOf = async (headers: Record<string, string>) => {
    refuse(headers)
    const leaving = new AbortController()
    const waits: number[] = []
    const listed = uploads.list(
      client,
      {},
      {
        signal: leaving.signal,
        onRetry: (_, wait) => {
          waits.push(wait)
          leaving.abort(new Error('seen'))
        },
      },
    )
    await t.rejects(listed, { message: 'seen' })
    return waits[0] ?? 0
  }
  const near = (wait: number, least: number) => t.ok(wait >= least && wait <= least + 1_000, `${wait} ms`)
  near(await waitOf({ 'retry-after': '7' }), 7_000)
  const long = { date: 'Thu, 01 Jan 1998 00:00:00 GMT', 'retry-after': 'Thu, 01 Jan 1998 00:00:09 GMT' }
  near(await waitOf(long), 9_000)
  const backoff = await waitOf({})
  t.ok(backoff >= 250 && backoff <= 500, 'half a second at most at first, less a random part')

  refuse({ 'retry-after': '3600' })
  await t.rejects(
    uploads.list(client),
    { code: 'unreadable-answer', retryAfter: 3600 },
    'an hour is not waited for',
  )
  const before = proxy.seen.length
  refuse({ 'retry-after': '0' })
  await t.rejects(uploads.list(client, {}, { retries: 2 }), {
    code: 'unreadable-answer',
    status: 503,
  })
  t.equal(proxy.seen.length - before, 3)
  let refusals = 2
  proxy.decide = () => (refusals-- > 0 ? (response) => void response.writeHead(503).end() : 'pass')
  t.match(await uploads.list(client), { items: [] }, 'until it is answered')
})

t.test('an answer that is lost leaves one upload, and one of everything else', async (t) => {
  const { client, proxy } = await newcomer(t)
  const losing = (name: RegExp) => {
    let isLost = false
    proxy.decide = (request) => {
      if (isLost || !name.test(request)) return 'pass'
      isLost = true
      return 'lose'
    }
  }
  losing(/^POST \/v1\/uploads$/)
  const file = await picture()
  const { id } = await uploads.send(client, file)
  const keys = requestsTo(proxy, 'POST /v1/uploads').map(({ headers }) => headers['idempotency-key'])
  t.match(keys, [/^[0-9a-f]{32}$/, keys[0]])
  t.equal((await uploads.list(client)).items.length, 1)

  losing(/confirm$/)
  t.match(await uploads.confirm(client, id), { id, status: 'published' })
  const other = await uploads.send(client, file)
  losing(/^DELETE/)
  await uploads.discard(client, other.id)
  t.match(await uploads.readOne(client, other.id), { status: 'discarded' })
  losing(/restore$/)
  t.match(await uploads.restore(client, id), { id, status: 'published' })

  losing(/takedowns/)
  await t.rejects(operators.findUses(client, { uploadId: id, block: false, except: [] }), {
    code: 'unreachable',
  })
  const acts = requestsTo(proxy, 'POST /v1/takedowns')
  t.equal(acts.length, 1, 'what the server may do twice is not sent again')
})

t.test('aborting stops everything, and leaves nothing', async (t) => {
  const { client, proxy } = await newcomer(t)
  const gone = new Error('gone')
  await t.rejects(uploads.list(client, {}, { signal: AbortSignal.abort(gone) }), gone)

  const early = new AbortController()
  const large = new File([new Uint8Array(4_000_000)], 'large.png', { type: 'image/png' })
  const stopped = uploads.send(client, large, {
    signal: early.signal,
    onProgress: () => early.abort(gone),
  })
  await t.rejects(stopped, gone)

  // The answer is on its way when the person leaves.
  const late = new AbortController()
  proxy.decide = (request) => {
    if (request === 'POST /v1/uploads') late.abort(gone)
    return 'pass'
  }
  const file = await picture()
  await t.rejects(uploads.send(client, file, { signal: late.signal, onProgress: () => {} }), gone)
  t.same((await uploads.list(client, { status: 'pending' })).items, [])

  const { id } = await uploads.send(client, file)
  const watching = new AbortController()
  const following = uploads.follow(client, id, { signal: watching.signal })
  await following.next()
  const next = following.next()
  watching.abort(gone)
  for (;;) {
    const ended = await next.then(() => following.next()).catch((thrown: unknown) => thrown)
    if (ended === gone) break
  }
  t.pass('following ends too')
})

t.test('an upload is followed by events, which resume where they broke off', async (t) => {
  const { client, proxy } = await newcomer(t)
  const whole = await uploads.send(client, await picture())
  const seen = statuses(uploads.follow(client, whole.id))
  await uploads.preview(client, whole.id)
  await uploads.confirm(client, whole.id)
  t.match((await seen).at(-1), 'published')
  t.same(requestsTo(proxy, `GET /v1/uploads/${whole.id}`), [], 'without asking again')

  const broken = await uploads.send(client, await picture())
  const path = `GET /v1/uploads/${broken.id}/events`
  let cuts = 2
  proxy.decide = (request) => (request === path && cuts-- > 0 ? 'cut' : 'pass')
  const states = statuses(uploads.follow(client, broken.id))
  // Cut off once before there is an end to tell.
  await waitFor(() => requestsTo(proxy, path).length > 1)
  await uploads.confirm(client, broken.id)
  t.equal((await states).at(-1), 'published')
  const streams = requestsTo(proxy, path)
  t.ok(streams.length > 1)
  t.match(streams.at(-1)?.headers['last-event-id'], /^\d+$/)
})

t.test('where no events come through, it asks again and again', async (t) => {
  const { client, proxy } = await newcomer(t)
  proxy.decide = (request) =>
    request.endsWith('/events') ? (response) => void response.writeHead(404).end('no streams here') : 'pass'
  const { id } = await uploads.send(client, await picture())
  await t.rejects(uploads.preview(client, id), { code: 'unreadable-answer', status: 404 }, 'a refusal is one')
  for (const answer of [502, 429]) {
    proxy.decide = (request) =>
      request.endsWith('/events') ? (response) => void response.writeHead(answer).end() : 'pass'
    t.match(await uploads.preview(client, id), { previewUrl: /./ })
  }
  proxy.decide = (request) =>
    request.endsWith('/events')
      ? (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>a proxy</p>')
      : 'pass'
  t.match(await uploads.preview(client, id), { previewUrl: /./ })
  // A proxy that keeps the events back, for longer than anyone should wait for a heartbeat.
  const setTimer = globalThis.setTimeout
  t.teardown(() => {
    globalThis.setTimeout = setTimer
  })
  globalThis.setTimeout = ((run: () => void, wait: number) =>
    setTimer(run, wait === 40_000 ? 1 : wait)) as typeof setTimeout
  proxy.decide = (request) =>
    request.endsWith('/events')
      ? (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      : 'pass'
  t.match(await uploads.preview(client, id), { previewUrl: /./ })
  await uploads.discard(client, id)
  await t.rejects(uploads.preview(client, id), {
    code: 'upload-discarded',
    title: 'This picture was discarded',
  })
})

t.test('a token that is refused is asked for once more', async (t) => {
  const { client, token } = await newcomer(t)
  const asked: (string | undefined)[] = []
  const own = createClient({
    url: client.url,
    getToken: async (refused) => {
      asked.push(refused)
      return refused === undefined ? 'worn out' : token
    },
  })
  t.match(await uploads.list(own), { items: [] })
  t.same(asked, [undefined, 'worn out'])
  await t.rejects(uploads.list(createClient({ url: client.url, getToken: () => 'rubbish' })), {
    code: 'unauthenticated',
  })
  const failing = new Error('the login is away')
  await t.rejects(
    uploads.list(createClient({ url: client.url, getToken: () => Promise.reject(failing) })),
    failing,
  )
})

t.test('operators see and act', async (t) => {
  const [{ client: ana, person }, { client: max }] = [await newcomer(t), await newcomer(t, 'manager')]
  // No other test has these bytes.
  const { id } = await uploads.send(ana, await picture([30, 160, 60]))
  await uploads.confirm(ana, id)
  await t.rejects(operators.history(ana), { code: 'forbidden' })
  t.match(await operators.history(max, { userId: person.id }), { items: [{ id, uploadedBy: person.id }] })
  const { items } = await operators.trail(max, id)
  t.match(items[0], { type: 'uploaded', actorId: person.id })
  t.match(await operators.stats(max), { now: {} })
  const uses = await operators.findUses(max, { uploadId: id, block: false, except: [] })
  t.match(uses, { total: 1, items: [{ uploadId: id, act: 'withdraw' }] })
  const act = { uploadId: id, block: false, except: [], reason: 'a test', seen: uses.seen }
  await operators.takeDown(max, act)
  await t.rejects(uploads.restore(ana, id), { code: 'withdrawn-by-operator' })
  t.match(await operators.liftHold(max, id), { heldByOperator: false })
  t.match(await uploads.restore(ana, id), { status: 'published' })
})

/** The first snapshot in a step, or with what else it should have. */
function stepOf<Step extends FlowSnapshot['step']>(
  flow: ReturnType<typeof createAvatarFlow>,
  step: Step,
  also: (snapshot: Extract<FlowSnapshot, { step: Step }>) => boolean = () => true,
): Promise<Extract<FlowSnapshot, { step: Step }>> {
  type Found = Extract<FlowSnapshot, { step: Step }>
  return new Promise((resolve) => {
    const look = () => {
      const now = flow.getSnapshot()
      if (now.step !== step || !also(now as Found)) return
      stop()
      resolve(now as Found)
    }
    let stop = () => {}
    stop = flow.subscribe(look)
    look()
  })
}

t.test('the flow: from a file to the avatar, and back', async (t) => {
  const { client, person } = await newcomer(t)
  const flow = createAvatarFlow(client)
  t.teardown(flow.subscribe(() => {}))
  t.match(await stepOf(flow, 'choosing'), { notice: undefined, limit: 10 * 1024 * 1024 })
  const address = avatars.urlOf(client, person.id, { format: 'jpeg' })

  flow.pick(await picture())
  t.match(await stepOf(flow, 'cropping'), { upload: { width: 300 }, preview: { type: 'image/webp' } })
  flow.crop({ x: 0, y: 0, width: 7, height: 70 })
  flow.confirm()
  t.match(await stepOf(flow, 'cropping', ({ fault }) => fault !== undefined), {
    fault: { code: 'invalid-crop' },
    crop: { width: 7 },
  })
  flow.crop({ x: 0, y: 0, width: 200, height: 200 })
  flow.confirm({ altText: 'Red' })
  flow.confirm({ altText: 'Twice' })
  const first = await stepOf(flow, 'choosing', ({ notice }) => notice?.kind === 'published')
  t.match(first.notice, { change: { live: { altText: 'Red' }, before: undefined } })
  t.equal(await colourAt(address), 'red')

  flow.pick(await picture(blue))
  await stepOf(flow, 'cropping')
  flow.confirm()
  await stepOf(flow, 'choosing', ({ notice }) => notice?.kind === 'published')
  t.equal(await colourAt(`${address}&default=blank`), 'blue')
  flow.undo()
  await stepOf(flow, 'choosing', ({ notice }) => notice?.kind === 'undone')
  t.equal(await colourAt(address), 'red', 'the one before is back')

  const other = await newcomer(t)
  const fresh = createAvatarFlow(other.client)
  t.teardown(fresh.subscribe(() => {}))
  await stepOf(fresh, 'choosing')
  fresh.pick(await picture())
  await stepOf(fresh, 'cropping')
  fresh.confirm()
  await stepOf(fresh, 'choosing', ({ notice }) => notice?.kind === 'published')
  fresh.undo()
  await stepOf(fresh, 'choosing', ({ notice }) => notice?.kind === 'undone')
  const none = await fetch(avatars.urlOf(other.client, other.person.id, { default: '404' }))
  t.equal(none.status, 404, 'a first picture is taken away')
})

t.test('the flow goes on where a closed tab left it', async (t) => {
  const { client, proxy } = await newcomer(t)
  const open = () => {
    const flow = createAvatarFlow(client)
    const close = flow.subscribe(() => {})
    return { flow, close }
  }
  const sending = open()
  await stepOf(sending.flow, 'choosing')
  // The tab closes when the bytes have left and before anything is answered.
  const arrived = new Promise<void>((resolve) => {
    proxy.decide = (request) => {
      if (request !== 'POST /v1/uploads') return 'pass'
      resolve()
      return 'lose'
    }
  })
  sending.flow.pick(await picture())
  await arrived
  await waitFor(async () => (await uploads.list(client)).items.length === 1, { for: 'it to be stored' })
  sending.close()
  proxy.decide = () => 'pass'

  const reloaded = open()
  const { upload } = await stepOf(reloaded.flow, 'cropping')
  t.equal(upload.originalFilename, 'me.png')
  reloaded.close()
  await uploads.confirm(client, upload.id)
  const again = open()
  t.match(await stepOf(again.flow, 'choosing'), { notice: undefined }, 'it was confirmed elsewhere')
  again.flow.pick(await picture())
  await stepOf(again.flow, 'cropping')
  again.flow.cancel()
  t.match(await stepOf(again.flow, 'choosing'), { notice: { kind: 'discarded' } })
  again.close()
})

t.test('a flow that nobody listens to stops, and sends anew when somebody does', async (t) => {
  const { client, proxy } = await newcomer(t)
  const flow = createAvatarFlow(client)
  let close = flow.subscribe(() => {})
  await stepOf(flow, 'choosing')
  // Everything has left when the listener does, and the answer comes afterwards.
  const left = new Promise<void>((resolve) => {
    proxy.decide = (request) => {
      if (request === 'POST /v1/uploads') {
        close()
        resolve()
      }
      return 'pass'
    }
  })
  flow.pick(await picture())
  await left
  proxy.decide = () => 'pass'
  const gone = () =>
    requestsTo(proxy, 'POST /v1/uploads').length === 1 && flow.getSnapshot().step === 'sending'
  t.ok(gone())
  await waitFor(async () => (await uploads.list(client, { status: 'pending' })).items.length === 0)
  close = flow.subscribe(() => {})
  t.teardown(() => close())
  await stepOf(flow, 'cropping')
  const keys = requestsTo(proxy, 'POST /v1/uploads').map(({ headers }) => headers['idempotency-key'])
  t.equal(new Set(keys).size, 2, 'as another action')
})

t.test('the flow waits through a connection that is away, and says so', async (t) => {
  const { client, proxy } = await newcomer(t)
  const flow = createAvatarFlow(client)
  t.teardown(flow.subscribe(() => {}))
  await stepOf(flow, 'choosing')
  proxy.decide = (request) => (request === 'POST /v1/uploads' ? 'lose' : 'pass')
  flow.pick(await picture())
  t.match(await stepOf(flow, 'choosing', ({ notice }) => notice?.kind === 'fault'), {
    notice: { fault: { code: 'unreachable' }, again: { do: 'send' } },
  })
  proxy.decide = () => 'pass'
  flow.retry()
  await stepOf(flow, 'cropping')
  t.equal((await uploads.list(client)).items.length, 1, 'one upload')

  proxy.decide = (request) => (request.endsWith('/confirm') ? 'lose' : 'pass')
  flow.confirm()
  t.match(await stepOf(flow, 'publishing', ({ trouble }) => trouble !== undefined), {
    trouble: { code: 'unreachable' },
  })
  proxy.decide = () => 'pass'
  await stepOf(flow, 'choosing', ({ notice }) => notice?.kind === 'published')
})

t.test('bytes go straight to a storage that takes them, else through the server', async (t) => {
  const s3 = await startS3(t)
  const onS3 = await startMedia(t, { config: { STORAGE_URL: s3.url('pictures/client') } })
  await onS3.work()
  const proxy = await openProxy(t, onS3.url)
  const token = (await onS3.person()).authorization.replace('Bearer ', '')
  const client = createClient({ url: proxy.url, getToken: () => token })
  const shares: number[] = []
  const file = await picture()
  const sent = await uploads.send(client, file, { direct: true, onProgress: (share) => shares.push(share) })
  t.match(sent, { status: 'pending', bytes: file.size, originalFilename: 'me.png' })
  t.equal(shares.at(-1), 1)
  t.same(requestsTo(proxy, 'POST /v1/uploads'), [], 'no bytes went through the server')
  t.match(await uploads.confirm(client, sent.id), { status: 'published' })

  // A storage out of reach: the announcement is given up.
  proxy.decide = (request) =>
    request === 'POST /v1/uploads/direct'
      ? (response) =>
          void response
            .writeHead(201, { 'content-type': 'application/json' })
            .end(
              JSON.stringify({ id: sent.id, url: 'http://127.0.0.1:9/pictures', fields: {}, expiresAt: '' }),
            )
      : 'pass'
  t.match(await uploads.send(client, file, { direct: true }), { status: 'pending' })
  t.equal(requestsTo(proxy, 'POST /v1/uploads').length, 1)
  t.equal(requestsTo(proxy, `DELETE /v1/uploads/${sent.id}`).length, 1)

  const { client: onDisk, proxy: between } = await newcomer(t)
  t.match(await uploads.send(onDisk, file, { direct: true }), { status: 'pending' })
  t.equal(requestsTo(between, 'POST /v1/uploads').length, 1)
})
