import { addressOf, type HistoryEntry } from '@likeness/contracts'
import { history } from '@likeness/contracts/endpoints'
import { sql } from 'kysely'
import t from 'tap'
import { startMedia } from '../testing/start-media.js'

const media = await startMedia(t)
const max = await media.person('manager')
const [uploads, ofOne, ofOther] = [60_000, '192.0.2.1', '192.0.2.2']

// One half was superseded and came from one address, the other was rejected and came from another; but for the oldest.
await sql`
  with made as (
    insert into uploads (user_id, id, status, original_filename, format, bytes, width, height, pages, sha256, version,
      uploaded_at, confirmed_at, closed_at, failure_code)
    select gen_random_uuid(), uuidv7(make_interval(secs => n - ${uploads}::int)), status, 'picture.jpg', 'jpeg', n, 9, 9, 1,
      lpad(to_hex(n), 64, '0'), case when status = 'superseded' then n end, at, case when status = 'superseded' then at end,
      at, case when status = 'rejected' then 'invalid-image' end
    from generate_series(1, ${uploads}::int) as n,
      lateral (select case when n % 2 = 0 then 'rejected' else 'superseded' end as status,
        now() + make_interval(secs => n - ${uploads}::int) as at) as drawn
    returning *
  ), facts as (
    insert into upload_facts (user_id, id, uploaded_at, bytes, format, sha256, filename)
    select user_id, id, uploaded_at, bytes, format, decode(sha256, 'hex'), original_filename from made
  )
  insert into upload_events (user_id, upload_id, type, at, actor_id, ip)
  select user_id, id, 'uploaded', uploaded_at, user_id,
    case when status = 'superseded' and bytes > 1 then ${ofOne}::inet else ${ofOther}::inet end from made`.execute(
  media.deps.db,
)
await sql`vacuum analyze uploads, upload_facts, upload_events`.execute(media.deps.db)

type Page = { items: HistoryEntry[]; nextCursor: string | null }

t.test('a search for what nearly never is ends each page early, and goes on to the end', async (t) => {
  for (const sort of [
    '-uploadedAt',
    'uploadedAt',
    '-bytes',
    'bytes',
    '-confirmedAt',
    'confirmedAt',
  ] as const) {
    const found: HistoryEntry[] = []
    let cursor: string | undefined
    let pages = 0
    do {
      const query = { status: 'superseded', ip: ofOther, sort, cursor } as const
      const { status, body } = await max.send<Page>('GET', addressOf(history.list, { query }))
      t.equal(status, 200)
      found.push(...body.items)
      cursor = body.nextCursor ?? undefined
      pages += 1
    } while (cursor !== undefined)
    t.strictSame(
      found.map(({ bytes }) => bytes),
      [1],
      sort,
    )
    t.ok(pages > 1, `${sort}: ${pages} pages`)
  }
})

t.test(
  'a failure in the order of confirmation finds what failed once confirmed, erased since or not',
  async (t) => {
    await sql`
    update uploads set status = case when bytes = 3 then 'failed' else 'erased' end, failure_code = 'invalid-image'
    where bytes in (3, 5)`.execute(media.deps.db)
    for (const sort of ['confirmedAt', '-confirmedAt'] as const) {
      const query = { failure: 'invalid-image', sort } as const
      const { body } = await max.send<Page>('GET', addressOf(history.list, { query }))
      const found = body.items.map(({ bytes }) => bytes)
      t.strictSame(found, sort === 'confirmedAt' ? [3, 5] : [5, 3])
      t.equal(body.nextCursor, null, 'nothing that was never confirmed is looked at')
    }
  },
)

t.test('an export of them is whole', async (t) => {
  const address = addressOf(history.list, { query: { status: 'superseded', ip: ofOther } })
  const answer = await fetch(media.url + address, {
    headers: { authorization: max.authorization, accept: 'application/x-ndjson' },
  })
  const lines = (await answer.text()).trim().split('\n')
  t.match(
    lines.map((line) => JSON.parse(line) as object),
    [{ bytes: 1 }, { complete: true, rows: 1 }],
  )
})
