import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { addressOf, type HistoryEntry } from '@likeness/contracts'
import { history, uploads } from '@likeness/contracts/endpoints'
import { newId } from '@likeness/runtime/ids'
import { waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { form, jpeg } from '../testing/pictures.js'
import { startMedia } from '../testing/start-media.js'

const media = await startMedia(t, { config: { PENDING_PER_USER: '100', UPLOADS_PER_10_MINUTES: '1000' } })
const { db } = media.deps
const [ana, ben, max] = [await media.person(), await media.person(), await media.person('manager')]
const names = [
  '=1+1.jpg',
  '+1.jpg',
  '-1.jpg',
  '@sum.jpg',
  'a "quoted", name.jpg',
  '\u{ff1d}1.jpg',
  'plain.jpg',
]
for (const name of names) await ana.call(uploads.create, { body: form(await jpeg(), name) })

// More than connections hold of what nobody reads.
const many = 8_000
await sql`
  with made as (
    insert into uploads (user_id, id, original_filename, format, bytes, width, height, pages, sha256, expires_at)
    select ${ben.id}::uuid, uuidv7(), repeat('long', 60) || n || '.jpg', 'jpeg', n, 9, 9, 1, repeat('ab', 32), now() + interval '1 day'
    from generate_series(1, ${many}::integer) as n
    returning *
  )
  insert into upload_facts (user_id, id, bytes, format, sha256, filename)
  select user_id, id, bytes, format, decode(sha256, 'hex'), original_filename from made`.execute(db)

const get = (query: object, accept: string, { url = media.url, authorization = max.authorization } = {}) =>
  fetch(`${url}${addressOf(history.list, { query })}`, { headers: { authorization, accept } })
const [csv, ndjson] = ['text/csv', 'application/x-ndjson']

/** Fields of RFC 4180, by its own grammar. */
function readCsv(text: string): string[][] {
  const records = text.match(/(?:"(?:[^"]|"")*"|[^"\r\n])*\r\n/g) ?? []
  t.equal(records.join(''), text)
  return records.map((record) =>
    [...record.slice(0, -2).matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
      ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
    ),
  )
}

t.test('NDJSON: the same entries as in pages, then that it is whole', async (t) => {
  for (const query of [
    {},
    { userId: ana.id, sort: 'uploadedAt' },
    { q: 'long12', sort: '-bytes' },
  ] as const) {
    const response = await get(query, ndjson)
    t.match(Object.fromEntries(response.headers), {
      'content-type': ndjson,
      'content-disposition': 'attachment; filename="history.ndjson"',
      'cache-control': 'no-store',
    })
    const lines = (await response.text()).split('\n')
    t.equal(lines.pop(), '', 'each line ends')
    const entries = lines.map((line) => JSON.parse(line))
    const rows = entries.length - 1
    t.strictSame(entries.pop(), { complete: true, rows })
    t.equal(new Set(entries.map(({ id }) => id)).size, rows)
    if (!('sort' in query)) {
      const counted = await sql<{ rows: number }>`select count(*) as rows from uploads`.execute(db)
      t.equal(rows, counted.rows[0]?.rows)
      continue
    }
    const { items } = (await max.call(history.list, { query: { ...query, limit: 100 } })).body
    t.strictSame(
      entries.slice(0, 100).map((entry: HistoryEntry) => [entry.id, entry.bytes, entry.ip]),
      items.map((entry) => [entry.id, entry.bytes, entry.ip]),
    )
    const sizes = entries.map(({ bytes }) => bytes)
    if (query.sort === '-bytes')
      t.strictSame(
        sizes,
        sizes.toSorted((one, other) => other - one),
      )
  }
})

t.test('CSV: records of RFC 4180 that no spreadsheet computes', async (t) => {
  const response = await get({ userId: ana.id, sort: 'uploadedAt' }, csv)
  t.equal(response.headers.get('content-type'), 'text/csv; charset=utf-8; header=present')
  const [header = [], ...records] = readCsv(await response.text())
  t.match(header.join(), /^record,number,id,userId,status,originalFilename,format,bytes,/)
  t.ok(records.every((record) => record.length === header.length))
  t.strictSame(records.pop()?.slice(0, 3), ['complete', String(names.length), ''])
  t.strictSame(
    records.map((record) => [record[0], record[1], record[header.indexOf('originalFilename')]]),
    names.map((name, index) => [
      'upload',
      String(index + 1),
      /^[=+\-@\uff1d]/.test(name) ? `'${name}` : name,
    ]),
  )
  const none = readCsv(await (await get({ userId: newId() }, csv)).text())
  t.strictSame(none[1]?.slice(0, 2), ['complete', '0'])
})

t.test('what is asked wrongly is refused before anything is sent', async (t) => {
  t.match(await (await get({ limit: 5, cursor: 'x' }, csv)).json(), {
    code: 'validation-failed',
    errors: [{ path: 'limit', code: 'not-of-an-export' }, { path: 'cursor' }],
  })
  t.equal((await get({ format: 'tiff' }, csv)).status, 400)
  t.equal((await get({}, csv, { authorization: ana.authorization })).status, 403)
  media.accounts.away = true
  t.equal((await get({ username: 'ana' }, ndjson)).status, 503)
  media.accounts.away = false
  for (const accept of ['image/png', '*/*', 'text/html,application/json;q=0.5', 'text/csv;q=0'])
    t.match((await get({ limit: 1 }, accept)).headers.get('content-type'), /^application\/json/, accept)
  t.match((await get({}, 'application/json;q=0.1, text/csv')).headers.get('content-type'), /^text\/csv/)
})

/** A client that reads nothing of what it asked for, once its connection is full. */
async function readNothing(
  served: { url: string; app: { server: NodeJS.EventEmitter } },
  authorization = max.authorization,
): Promise<[Socket, Socket]> {
  const accepted = once(served.app.server, 'connection') as Promise<[Socket]>
  const client = connect(Number(new URL(served.url).port), '127.0.0.1').pause()
  client.on('error', () => undefined)
  client.write(
    `GET ${addressOf(history.list)} HTTP/1.1\r\nHost: x\r\nAccept: ${ndjson}\r\nAuthorization: ${authorization}\r\n\r\n`,
  )
  const [socket] = await accepted
  const sent: number[] = []
  const isFull = () =>
    sent.push(socket.bytesWritten) > 10 && sent.at(-1) === sent.at(-10) && sent.at(-1) !== 0
  await waitFor(isFull, { for: 'the connection to be full', everyMs: 50 })
  return [client, socket]
}

const busy = async () => {
  const { rows } = await sql<{ busy: number }>`
    select count(*) as busy from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and (state <> 'idle' or backend_xid is not null)`.execute(
    db,
  )
  return rows[0]?.busy
}

t.test(
  'a client that does not read holds neither the database nor much memory, and its place only so long as it stays',
  async (t) => {
    const served = await media.serve()
    const opened = await Promise.all([readNothing(served), readNothing(served), readNothing(served)])
    await waitFor(async () => (await busy()) === 0, { for: 'no statement or transaction to be under way' })
    for (const [, socket] of opened)
      t.ok(socket.writableLength < 4_000_000, `${socket.writableLength} bytes wait`)
    const refused = await get({}, csv, served)
    t.match([refused.status, refused.headers.get('retry-after')], [429, '30'], 'a caller has three')
    t.equal(
      (await get({}, csv, { ...served, authorization: (await media.person('admin')).authorization })).status,
      200,
    )
    t.equal((await get({ limit: 1 }, 'application/json', served)).status, 200, 'pages are served')

    for (const [client] of opened) client.destroy()
    await waitFor(async () => (await get({ userId: ana.id }, csv, served)).status === 200, { for: 'a place' })
  },
)

t.test('an export that is broken off says so: by its connection, and by its missing last line', async (t) => {
  const served = await media.serve()
  const sid = newId()
  const authorization = `Bearer ${await media.token(max.id, 'manager', { claims: { sid } })}`
  const isRefused = async () =>
    (await get({ limit: 1 }, 'application/json', { ...served, authorization })).status === 401
  for (const [why, breakOff] of [
    ['the database fails', () => sql`alter table upload_events rename to hidden`.execute(db)],
    [
      'the session ends',
      async () => {
        media.accounts.ended = [sid]
        await waitFor(isRefused, { for: 'the end to be known' })
      },
    ],
    ['the process ends', () => served.app.close()],
  ] as const) {
    const [client] = await readNothing(served, why === 'the session ends' ? authorization : undefined)
    const received: Buffer[] = []
    client.on('data', (some: Buffer) => received.push(some)).pause()
    await breakOff()
    client.resume()
    await once(client, 'close')
    if (why === 'the database fails') await sql`alter table hidden rename to upload_events`.execute(db)
    const text = Buffer.concat(received).toString()
    t.match(text, /"originalFilename":"long/, why)
    t.notMatch(text, /"complete":true/, why)
    t.notMatch(text, /\r\n0\r\n\r\n$/, 'nor does the last chunk come')
  }
})
