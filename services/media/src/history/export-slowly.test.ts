import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { addressOf } from '@likeness/contracts'
import { history } from '@likeness/contracts/endpoints'
import { waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { startMedia } from '../testing/start-media.js'

const rows = 300_000
/** What may wait in one connection: batches, not the history. */
const mostBuffered = 4_000_000

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const media = await startMedia(t, { config: { UPKEEP_SCHEDULE: 'off' } })
const { db } = media.deps
const [max, ida] = [await media.person('manager'), await media.person('manager')]
await sql`
  with made as (
    insert into uploads (user_id, id, status, format, bytes, width, height, pages, sha256, closed_at)
    select ${max.id}, uuidv7(), 'expired', 'jpeg', n, 800, 600, 1, repeat('ab', 32), now()
    from generate_series(1, ${rows}) as n
    returning user_id, id, bytes, format, sha256
  )
  insert into upload_facts (user_id, id, bytes, format, sha256)
  select user_id, id, bytes, format, decode(sha256, 'hex') from made`.execute(db)
await sql`analyze uploads, upload_facts`.execute(db)

type Served = Awaited<ReturnType<typeof media.serve>>

/** Asks for the whole history. @returns the connection, which reads nothing yet, and its other end */
async function ask(served: Served, accept: string, { authorization }: typeof max): Promise<[Socket, Socket]> {
  const accepted = once(served.app.server, 'connection') as Promise<[Socket]>
  const client = connect(Number(new URL(served.url).port), '127.0.0.1').pause()
  client.on('error', () => undefined)
  client.write(
    `GET ${addressOf(history.list)} HTTP/1.1\r\nHost: x\r\nAccept: ${accept}\r\nAuthorization: ${authorization}\r\nConnection: close\r\n\r\n`,
  )
  const [socket] = await accepted
  return [client, socket]
}

/** Connections of the service that do something, hold a transaction or a snapshot. */
async function busy(): Promise<number> {
  const { rows: found } = await sql<{ n: number }>`
    select count(*)::int as n from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
      and (state <> 'idle' or backend_xid is not null or backend_xmin is not null)`.execute(db)
  return found[0]?.n ?? 0
}

t.test('an export of 300,000 uploads, beside clients that read a byte at a time', async (t) => {
  const served = await media.serve()
  const slow = await Promise.all(
    ['text/csv', 'application/x-ndjson', 'text/csv'].map((type) => ask(served, type, max)),
  )
  let reading = true
  /** A byte, and the next one when everyone else has had their turn. */
  const sip = ([client]: readonly [Socket, Socket]) => {
    if (!reading) return
    client.read(1)
    setTimeout(() => sip([client, client]), 1_000).unref()
  }
  for (const one of slow) sip(one)
  const full = async () => {
    const sent = slow.map(([, { bytesWritten }]) => bytesWritten)
    return (await busy()) === 0 && sent.every((bytes) => bytes > 0) && sent.join()
  }
  // For two seconds, since between two batches a busy machine may leave it nothing to do either.
  let before: string | false = false
  let times = 0
  await waitFor(
    async () => {
      const now = await full()
      times = now !== false && now === before ? times + 1 : 0
      before = now
      return times === 10
    },
    { for: 'the connections to be full', everyMs: 200 },
  )
  t.equal(await busy(), 0, 'no connection, transaction or snapshot is held for them')

  // One that reads as fast as it can.
  const [client, socket] = await ask(served, 'text/csv', ida)
  let [bytes, lines, buffered, last] = [0, 0, 0, '']
  const heap: number[] = []
  const measure = () => {
    collect()
    heap.push(process.memoryUsage().heapUsed)
  }
  client.on('data', (some: Buffer) => {
    bytes += some.length
    for (let at = some.indexOf(10); at >= 0; at = some.indexOf(10, at + 1)) lines += 1
    last = some.subarray(-400).toString()
    buffered = Math.max(buffered, socket.writableLength)
    if (lines > heap.length * 80_000 + 30_000) measure()
  })
  client.resume()
  await once(client, 'close')
  t.ok(lines >= rows, `${lines} lines`)
  t.match(last, /\r\ncomplete,300000,/, 'whole')
  t.ok(bytes > 40_000_000, `${bytes} bytes`)
  t.ok(buffered < mostBuffered, `at most ${buffered} bytes waited for it`)
  for (const [, { writableLength }] of slow)
    t.ok(writableLength < mostBuffered, `${writableLength} wait for a slow one`)
  const [first = 0, ...later] = heap
  t.ok(later.length >= 3)
  t.ok(
    later.every((now) => now - first < 30_000_000),
    `the heap: ${heap.map((one) => Math.round(one / 1e6)).join(', ')} MB`,
  )

  // They leave: nothing more is read for them, and their places are free.
  reading = false
  for (const [gone] of slow) gone.destroy()
  await waitFor(
    async () => {
      const answer = await fetch(`${served.url}${addressOf(history.list)}?userId=${ida.id}`, {
        headers: { accept: 'text/csv', authorization: max.authorization },
      })
      return answer.status === 200 && (await answer.text()).includes('complete,0')
    },
    { for: 'their places' },
  )
  t.equal(await busy(), 0)
})
