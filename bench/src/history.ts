/*
 * GET /v1/history over HTTP on a table of many uploads: every filter, the first page and a deep one.
 *
 * Run: node bench/dist/history.js [uploads, 1000000]
 */
import { createAdmin } from '@likeness/accounts'
import { history } from '@likeness/contracts/endpoints'
import pg from 'pg'
import { describeMachine } from './machine.js'
import { logIn, openStack } from './stack.js'

const uploads = Number(process.argv[2] ?? 1_000_000)
const rounds = 60

console.log(describeMachine())
const stack = await openStack('postgres', { DATABASE_POOL: '4' })
if (!stack) throw new Error('PostgreSQL did not start')
try {
  const began = performance.now()
  const db = new pg.Client(stack.databases.media)
  await db.connect()
  await fill(db)
  await db.end()
  console.log(`${uploads} uploads made in ${((performance.now() - began) / 1000).toFixed(0)} s`)

  await createAdmin(stack.databases.accounts, {
    email: 'admin@bench.test',
    password: 'gravel lantern otter 41',
    username: 'admin',
  })
  const authorization = `Bearer ${await logIn(stack, 'admin')}`
  const ask = async (query: string) => {
    const answer = await fetch(`${stack.media}${history.list.path}?${query}`, { headers: { authorization } })
    if (answer.status !== 200) throw new Error(`${query} answered ${answer.status}`)
    return (await answer.json()) as { items: { id: string; userId: string }[]; nextCursor: string | null }
  }

  const month = `from=${daysAgo(40)}&to=${daysAgo(10)}`
  const someone = (await ask('limit=1')).items[0]?.userId
  for (const query of [
    '',
    month,
    `userId=${someone}`,
    'status=published',
    'status=withdrawn',
    'status=failed',
    'format=gif',
    'format=gif&status=published',
    'ip=198.51.100.7',
    'ip=10.1.5.7',
    'q=img',
    'q=img_0042',
    'q=nothing+like+it',
    `q=photo-abc&${month}`,
  ]) {
    await ask(query)
    const first: number[] = []
    const deep: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      first.push(await timed(() => ask(query)))
    }
    let cursor = (await ask(`${query}&limit=100`)).nextCursor
    for (let page = 0; page < rounds && cursor !== null; page += 1) {
      const next = `${query}&limit=100&cursor=${cursor}`
      deep.push(await timed(async () => (cursor = (await ask(next)).nextCursor)))
    }
    console.log(
      `${(query || 'all').slice(0, 44).padEnd(46)} first page ${percentiles(first)}   ${deep.length} further pages of 100 ${percentiles(deep)}`,
    )
  }
} finally {
  await stack.close()
}

function percentiles(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  return `p50 ${at(0.5)?.toFixed(1) ?? '—'} p95 ${at(0.95)?.toFixed(1) ?? '—'} ms`
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString()
}

/** Uploads of 400 days by users with a handful each, in the proportions of a service in use, with their trails. */
async function fill(db: pg.Client): Promise<void> {
  await db.query(`
    create temporary table people as
      select n, gen_random_uuid() as id from generate_series(1, greatest(1, ${uploads} / 8)) as n;
    create index on people (n);
    with numbers as (
      select n, random() as dice, random() as rare,
        now() - interval '400 days' * (1 - n::float8 / ${uploads}) as at,
        1 + floor(random() * greatest(1, ${uploads} / 8))::int as person,
        (array['superseded', 'superseded', 'superseded', 'superseded', 'published', 'expired', 'discarded', 'rejected'])
          [1 + floor(random() * 8)] as usual
      from generate_series(1, ${uploads}) as n
    ), made as (
      select numbers.*, people.id as user_id,
        case when rare < 0.0005 then 'withdrawn' else usual end as status,
        (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(random()::text), 1, 3)
          || '8' || substr(md5(random()::text), 1, 15))::uuid as id
      from numbers join people on people.n = person
    )
    insert into uploads (user_id, id, status, original_filename, format, bytes, width, height, pages, sha256, version,
      uploaded_at, prepared_at, confirmed_at, rendered_at, published_at, closed_at)
    select user_id, id, status,
      case when dice < 0.6 then 'IMG_' || lpad((n % 10000)::text, 4, '0') || '.jpg'
        when dice < 0.8 then 'photo-' || md5(n::text) || '.jpg'
        when dice < 0.95 then 'Screenshot from ' || at::date || '.png' else 'Zoë ' || n % 977 || '.webp' end,
      case when dice < 0.8 then 'jpeg' when dice < 0.95 then 'png' when dice < 0.999 then 'webp' else 'gif' end,
      100000, 800, 600, 1, md5(n::text) || md5(n::text), case when confirmed then nextval('avatar_version') end,
      at, at, case when confirmed then at end, case when confirmed then at end, case when confirmed then at end,
      case when status <> 'published' then at end
    from made cross join lateral (select status in ('published', 'superseded', 'withdrawn') as confirmed) as c;
    insert into upload_events (user_id, upload_id, type, at, actor_id, ip, details)
    select user_id, id, 'uploaded', uploaded_at, user_id,
      ('10.' || floor(random() * 3) || '.' || floor(random() * 200) || '.' || floor(random() * 200))::inet,
      jsonb_build_object('filename', original_filename) from uploads;
    insert into upload_events (user_id, upload_id, type, at)
    select user_id, id, 'prepared', uploaded_at from uploads;
    insert into upload_events (user_id, upload_id, type, at, actor_id, ip)
    select user_id, id, 'confirmed', uploaded_at, user_id, '198.51.100.7' from uploads where confirmed_at is not null`)
  await db.query('vacuum analyze uploads')
  await db.query('vacuum analyze upload_events')
}
