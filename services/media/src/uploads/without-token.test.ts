import { addressOf, type ProblemBody } from '@likeness/contracts'
import { uploads } from '@likeness/contracts/endpoints'
import { newId } from '@likeness/runtime/ids'
import { openSigner } from '@likeness/runtime/signer'
import { openCalls, waitFor } from '@likeness/test-kit'
import t from 'tap'
import type { z } from 'zod'
import { encodeClaims, ticketPurpose } from '../following/event-tickets.js'
import { previewPurpose, previewText } from '../preview-links.js'
import { openEvents, readEvents } from '../testing/event-stream.js'
import { startMedia } from '../testing/start-media.js'
import { publish, upload } from '../testing/steps.js'

const app = 'https://app.likeness.test'
const media = await startMedia(t, { config: { CORS_ORIGINS: app } })
await media.work()
const ana = await media.person()
const done = await publish(ana)
const secrets = [media.config.SERVICE_SECRET] as const
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds

t.test('previewUrl shows the preview to anyone who has it, for ten minutes', async (t) => {
  const { id } = await upload(ana)
  const previewUrl = await waitFor(
    async () => (await ana.call(uploads.read, { params: { id } })).body.previewUrl,
    { for: 'the preview' },
  )
  const link = new URL(previewUrl)
  const get = async (search: string | URLSearchParams, headers: Record<string, string> = {}, of = id) => {
    const path = addressOf(uploads.preview, { params: { id: of } })
    const answer = await fetch(`${media.url}${path}?${String(search)}`, { headers })
    const bytes = Buffer.from(await answer.arrayBuffer())
    const problem = answer.ok ? undefined : (JSON.parse(bytes.toString()) as z.output<typeof ProblemBody>)
    return { status: answer.status, code: problem?.code, headers: Object.fromEntries(answer.headers), bytes }
  }
  const seconds = Number(link.searchParams.get('expires')) - Date.now() / 1000
  t.ok(seconds > 540 && seconds <= 660, 'ten minutes, to the minute', { seconds })

  const shown = await get(link.searchParams)
  t.match(shown, { status: 200, headers: { 'content-type': 'image/webp', 'referrer-policy': 'no-referrer' } })
  const [, kept = ''] = /^private, max-age=(\d+)$/.exec(shown.headers['cache-control'] ?? '') ?? []
  t.ok(Number(kept) > 0 && Number(kept) <= seconds, 'a browser keeps it no longer', { kept })
  const byToken = await get('', { authorization: ana.authorization })
  t.ok(byToken.status === 200 && byToken.bytes.equals(shown.bytes), 'an access token shows the same')
  t.equal((await get('', {})).code, 'unauthenticated')

  const signed = (expires: number, secret: readonly [string], purpose = previewPurpose) =>
    `expires=${expires}&signature=${openSigner(secret, purpose).sign(previewText(id, expires))}`
  const soon = inSeconds(60)
  const refused: [search: string, code: string][] = [
    [signed(inSeconds(-1), secrets), 'link-expired'],
    [signed(soon, ['another secret of 32 characters or more']), 'link-invalid'],
    [signed(soon, secrets, ticketPurpose), 'link-invalid'],
    [signed(soon, secrets).replace(/expires=\d+/, `expires=${soon + 600}`), 'link-invalid'],
    [`expires=${soon}&signature=`, 'link-invalid'],
    [`expires=${soon}&signature=AAAA`, 'link-invalid'],
  ]
  for (const [search, code] of refused) t.match(await get(search), { status: 403, code }, search)
  t.match(
    await get(link.searchParams, {}, done.id),
    { status: 403, code: 'link-invalid' },
    'of another upload',
  )
  const mal = { authorization: (await media.person()).authorization }
  t.match(await get(link.searchParams, mal), { status: 404 }, 'a token counts first')

  await ana.call(uploads.remove, { params: { id } })
  t.match(await get(link.searchParams), { status: 410, code: 'upload-discarded' }, 'gone is gone')
})

t.test('a ticket opens the events of one upload for a minute', async (t) => {
  const asked = await ana.call(uploads.issueTicket, { params: { id: done.id } })
  t.match([asked.status, asked.headers.get('cache-control')], [201, 'no-store'])
  const { ticket, url, expiresAt } = asked.body
  t.equal(
    url,
    `https://likeness.test${addressOf(uploads.follow, { params: { id: done.id }, query: { ticket } })}`,
  )
  const left = Date.parse(expiresAt) - Date.now()
  t.ok(left > 0 && left <= 60_000)
  const follow = (ticket: string, id = done.id) => readEvents(media.url, id, {}, { ticket })
  t.match(
    (await follow(ticket)).events.map(({ name }) => name),
    ['pending', /./, /./],
    'as often as it reconnects',
  )
  t.equal((await follow(ticket)).status, 200)
  t.equal(
    (await openEvents(media.url, done.id, { origin: app }, { ticket })).response.headers.get(
      'access-control-allow-origin',
    ),
    app,
  )

  const mal = await media.person()
  const other = await upload(mal)
  const times = { issuedAt: Date.now(), expiresAt: Date.now() + 600_000 }
  const caller = { id: ana.id, sessionId: newId(), role: 'user', ...times } as const
  const claims = { ...caller, upload: done.id, until: Date.now() + 60_000 }
  const forge = (
    changes: Partial<typeof claims>,
    secret: readonly [string] = [secrets[0]],
    purpose = ticketPurpose,
  ) => {
    const text = encodeClaims({ ...claims, ...changes })
    return `${text}.${openSigner(secret, purpose).sign(text)}`
  }
  t.equal((await follow(forge({}))).status, 200, 'one like those below, but right')
  const refused: Record<string, string> = {
    'a minute ago': forge({ until: Date.now() - 1 }),
    'the access token has expired': forge({ expiresAt: Date.now() - 1 }),
    'of another upload': forge({ upload: other.id }),
    'by another secret': forge({}, ['another secret of 32 characters or more']),
    'signed for something else': forge({}, [secrets[0]], previewPurpose),
    'without its signature': ticket.split('.')[0] ?? '',
    'another’s claims': `${encodeClaims({ ...claims, id: mal.id, role: 'user' })}.${ticket.split('.')[1]}`,
    empty: '',
  }
  for (const [name, one] of Object.entries(refused)) t.equal((await follow(one)).status, 401, name)
  t.equal((await follow(ticket, other.id)).status, 401, 'for another upload')
  t.equal(
    (await mal.call(uploads.issueTicket, { params: { id: done.id } })).status,
    404,
    'nobody else gets one',
  )
  t.equal(
    (await fetch(`${media.url}${addressOf(uploads.read, { params: { id: done.id }, query: { ticket } })}`))
      .status,
    401,
    'it opens nothing else',
  )

  const sid = newId()
  const { id } = await upload(ana)
  const open = await openEvents(media.url, id, {}, { ticket: forge({ upload: id, sessionId: sid }) })
  media.accounts.ended = [sid]
  for await (const _ of open.events);
  t.equal((await follow(forge({ sessionId: sid }))).status, 401, 'it ends with the session')
})

t.test('a session kept in cookies follows, from its own pages only, and does nothing else', async (t) => {
  const token = ana.authorization.replace('Bearer ', '')
  const cookie = `other=1; __Secure-likeness-access=${token}`
  const own: Record<string, string>[] = [
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'same-site', origin: app },
    { origin: 'https://likeness.test' },
    {},
  ]
  for (const headers of own) {
    const { response } = await openEvents(media.url, done.id, { cookie, ...headers })
    t.equal(response.status, 200, JSON.stringify(headers))
    t.equal(response.headers.get('access-control-allow-credentials'), headers.origin === app ? 'true' : null)
    await response.body?.cancel()
  }
  const foreign: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.test' },
  ]
  for (const headers of foreign) {
    t.equal(
      (await readEvents(media.url, done.id, { cookie, ...headers })).status,
      401,
      JSON.stringify(headers),
    )
  }
  t.equal((await readEvents(media.url, done.id, { cookie: cookie.slice(0, -4) })).status, 401)
  const mal = await media.token(newId())
  t.equal((await readEvents(media.url, done.id, { cookie: `__Secure-likeness-access=${mal}` })).status, 404)
  const params = { id: done.id }
  const { call } = openCalls(media.url)
  const headers = { cookie }
  for (const answer of [
    await call(uploads.list, { headers }),
    await call(uploads.create, { headers, body: new FormData() }),
    await call(uploads.read, { params, headers }),
    await call(uploads.preview, { params, headers }),
    await call(uploads.remove, { params, headers }),
    await call(uploads.restore, { params, headers }),
    await call(uploads.issueTicket, { params, headers }),
  ]) {
    t.equal(answer.status, 401)
  }
})
