import type pg from 'pg'

/**
 * Fills the media database with uploads of 400 days by users with a handful each, in the proportions of a service in
 * use, with their trails. Indexes and keys are taken away first and made again at the end, which takes a tenth of the
 * time. The rows have no files.
 */
export async function fill(db: pg.Client, uploads: number): Promise<void> {
  await db.query(
    `set session_replication_role = replica; set synchronous_commit = off; set maintenance_work_mem = '1GB'`,
  )
  const [taken, remake] = await takeAwayKeys(db)
  for (const drop of taken) await db.query(drop)
  await db.query(rowsOf(uploads))
  for (const make of remake) await db.query(make)
  for (const table of tables) await db.query(`vacuum analyze ${table}`)
}

/** Adds uploads of yesterday that nobody confirmed and whose time is over, each by another user. @returns their ids */
export async function addExpired(db: pg.Client, count: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `with made as (
      insert into uploads (user_id, id, original_filename, format, bytes, width, height, pages, sha256,
        uploaded_at, prepared_at, expires_at)
      select gen_random_uuid(), uuidv7(interval '-25 hours'), 'photo-' || md5(n::text) || '.jpg', 'jpeg', 200000, 800,
        600, 1, md5(n::text) || md5(n::text), at, at, at + interval '1 day'
      from generate_series(1, $1::integer) as n, (select now() - interval '25 hours' as at) as time
      returning *
    ), facts as (
      insert into upload_facts (user_id, id, uploaded_at, bytes, format, sha256, filename)
      select user_id, id, uploaded_at, bytes, format, decode(sha256, 'hex'), original_filename from made
    ), events as (
      insert into upload_events (user_id, upload_id, type, at, actor_id, ip)
      select user_id, id, 'uploaded', uploaded_at, user_id, '10.0.0.1' from made
    )
    select id from made`,
    [count],
  )
  for (const table of tables) await db.query(`vacuum analyze ${table}`)
  return rows.map(({ id }) => id)
}

const tables = ['uploads', 'upload_facts', 'upload_events']

/** Statements that drop the indexes, keys and references of the tables, and those that make them again. */
async function takeAwayKeys(db: pg.Client): Promise<[drop: string[], make: string[]]> {
  const { rows: keys } = await db.query<{ place: string; name: string; made: string }>(
    `select conrelid::regclass::text as place, conname as name, pg_get_constraintdef(oid) as made from pg_constraint
    where contype in ('p', 'u', 'f')
      and ('uploads'::regclass in (conrelid, confrelid) or conrelid = any($1::text[]::regclass[]))
    order by contype = 'f' desc`,
    [tables],
  )
  const { rows: indexes } = await db.query<{ name: string; made: string }>(
    `select indexname as name, indexdef as made from pg_indexes
    where schemaname = 'public' and tablename = any($1)
      and indexname not in (select conname from pg_constraint)`,
    [tables],
  )
  const drop = [
    ...keys.map(({ place, name }) => `alter table ${place} drop constraint ${name}`),
    ...indexes.map(({ name }) => `drop index ${name}`),
  ]
  // References need the keys they point at.
  const make = [
    ...indexes.map(({ made }) => made),
    ...keys
      .toReversed()
      .map(({ place, name, made }) => `alter table ${place} add constraint ${name} ${made}`),
  ]
  return [drop, make]
}

/** The manager who withdrew the pictures that are. */
export const manager = '018f0000-0000-7000-8000-0000000000a1'

const rowsOf = (uploads: number): string => `
  create temporary table people as
    select n, gen_random_uuid() as id from generate_series(0, ${uploads} / 8) as n;
  with numbers as (
    select n, random() as dice, random() as rare, random() as spread,
      now() - interval '400 days' * (1 - n::float8 / ${uploads + 1}) - interval '2 days' as at,
      floor(random() * (${uploads} / 8 + 1))::int as person,
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
    uploaded_at, prepared_at, confirmed_at, rendered_at, published_at, expires_at, closed_at,
    failure_code, failure_detail)
  select user_id, id, status,
    case when dice < 0.6 then 'IMG_' || lpad((n % 10000)::text, 4, '0') || '.jpg'
      when dice < 0.8 then 'photo-' || md5(n::text) || '.jpg'
      when dice < 0.95 then 'Screenshot from ' || at::date || '.png' else 'Zoë ' || n % 977 || '.webp' end,
    case when dice < 0.8 then 'jpeg' when dice < 0.95 then 'png' when dice < 0.999 then 'webp' else 'gif' end,
    20000 + floor(5000000 * spread * spread)::bigint, 800, 600, 1,
    case when rare > 0.9999 then repeat('ab', 32) else md5(n::text) || md5(n::text) end, case when confirmed then nextval('avatar_version') end,
    at, at, case when confirmed then later end, case when confirmed then later end, case when confirmed then later end,
    null, case when status <> 'published' then later end,
    case when status = 'rejected' then case when spread < 0.99 then 'invalid-image' when spread < 0.9999 then 'too-many-pixels'
      else 'image-too-small' end end,
    case when status = 'rejected' then 'It cannot be read.' end
  from made cross join lateral (select status in ('published', 'superseded', 'withdrawn') as confirmed, at + interval '3 minutes' * (dice + 0.1) as later) as c;
  insert into upload_facts (user_id, id, uploaded_at, bytes, format, sha256, filename)
  select user_id, id, uploaded_at, bytes, format, decode(sha256, 'hex'), original_filename from uploads;
  insert into upload_events (user_id, upload_id, type, at, actor_id, ip, details)
  select user_id, id, 'uploaded', uploaded_at, user_id,
    case when random() < 0.001 then '192.0.2.1'
      else ('10.' || floor(random() * 3) || '.' || floor(random() * 200) || '.' || floor(random() * 200)) end::inet,
    jsonb_build_object('filename', original_filename) from uploads;
  insert into upload_events (user_id, upload_id, type, at)
  select user_id, id, 'prepared', uploaded_at from uploads;
  insert into upload_events (user_id, upload_id, type, at, actor_id, ip)
  select user_id, id, 'confirmed', uploaded_at, user_id, '198.51.100.7' from uploads where confirmed_at is not null;
  insert into upload_events (user_id, upload_id, type, at, actor_id, ip)
  select user_id, id, 'withdrawn', closed_at, '${manager}', '192.0.2.2' from uploads where status = 'withdrawn'`
