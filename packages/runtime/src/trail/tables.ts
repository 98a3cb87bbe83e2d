import { type Kysely, sql } from 'kysely'
import { auditEvents, leftOf, markOf, type Part, personOf, type TrailTable } from './format.js'

/*
 * The tables of a trail that both services have, as their first migrations make them. Once released they change in
 * later migrations only.
 */

/**
 * Makes `audit_events` and the tables of the seals, and makes these and `table` append-only. The database then refuses
 * UPDATE, DELETE and TRUNCATE of them, but for the functions that set `likeness.removal` while they run: those of
 * retention and of erasure.
 */
export async function createTrail(db: Kysely<unknown>, table: TrailTable): Promise<void> {
  await sql`
    create table audit_events (
      seq bigint generated always as identity primary key,
      at timestamptz(3) not null default now(),
      action text not null,
      actor_kind text not null check (actor_kind in ('person', 'service', 'upkeep')),
      actor_id uuid,
      actor_role text,
      user_id uuid,
      upload_id uuid,
      ip inet,
      user_agent text,
      outcome text not null check (outcome in ('done', 'refused')),
      problem text,
      changes jsonb,
      details jsonb not null default '{}',
      check ((actor_kind = 'person') = (actor_id is not null)),
      check ((outcome = 'refused') = (problem is not null))
    )`.execute(db)
  await sql`create index audit_events_by_actor on audit_events (actor_id, seq) where actor_id is not null`.execute(
    db,
  )
  await sql`create index audit_events_by_user on audit_events (user_id, seq) where user_id is not null`.execute(
    db,
  )
  await sql`create index audit_events_by_action on audit_events (action, seq)`.execute(db)
  await sql`create index audit_events_at on audit_events (at)`.execute(db)

  // The chain of seals. Each covers the events of one table from `first_seq` to `last_seq`; its marks are, for each
  // event, four bytes of its place after the first and its hash.
  await sql`
    create table trail_seals (
      number bigint primary key,
      source text not null,
      first_seq bigint not null,
      last_seq bigint not null,
      events integer not null,
      marks bytea not null,
      previous bytea not null,
      seal bytea not null,
      at timestamptz(3) not null default now(),
      check (first_seq <= last_seq)
    )`.execute(db)
  await sql`create unique index trail_seals_by_source on trail_seals (source, last_seq)`.execute(db)
  // Hashes do not compress.
  await sql`alter table trail_seals alter column marks set storage external`.execute(db)

  // What retention and erasure removed from sealed events: the whole event, or a part, by the commitment to it. `entry`
  // is the event of `audit_events` that says so.
  await sql`
    create table removed_events (
      source text not null,
      seq bigint not null,
      entry bigint not null,
      gone boolean not null,
      actor_mark bytea,
      details_mark bytea,
      changes_mark bytea,
      check (gone = (coalesce(actor_mark, details_mark, changes_mark) is null))
    )`.execute(db)
  await sql`create index removed_events_by_source on removed_events (source, seq)`.execute(db)
  await sql`create index removed_events_by_entry on removed_events (entry)`.execute(db)

  // The salts of commitments, of one person each. They go with the person.
  await sql`create table trail_salts (person_id uuid primary key, salt bytea not null)`.execute(db)

  // How far the events of each table were sent out.
  await sql`
    create table drained (
      source text primary key,
      last_seq bigint not null,
      at timestamptz(3) not null default now()
    )`.execute(db)

  await sql`
    create table trail_verifications (
      id uuid primary key,
      started_at timestamptz(3) not null default now(),
      ended_at timestamptz(3) not null,
      seals bigint not null,
      events bigint not null,
      last_number bigint not null,
      fault jsonb
    )`.execute(db)

  await sql`
    create function refuse_change() returns trigger language plpgsql as $$
    begin
      if tg_op <> 'TRUNCATE' and coalesce(current_setting('likeness.removal', true), '') in ('retention', 'erasure') then
        return null;
      end if;
      raise exception '% is append-only: % refused', tg_table_name, tg_op using
        errcode = 'insufficient_privilege',
        hint = 'Retention and erasure remove events by their functions, which leave an event of their own.';
    end $$`.execute(db)
  for (const name of [table.name, 'audit_events', 'trail_seals', 'removed_events']) {
    await sql
      .raw(`
        create trigger ${name}_append_only before update or delete or truncate on ${name}
        for each statement execute function refuse_change()`)
      .execute(db)
  }

  // Removing from the trail and sealing it exclude each other: a removal notes exactly what is sealed.
  await sql`
    create function hold_trail() returns void language sql volatile as $$
      select pg_advisory_xact_lock_shared(hashtextextended('trail', 0))
    $$`.execute(db)
  await sql`
    create function sealed_to(the_source text) returns bigint language sql stable as $$
      select coalesce(max(last_seq), 0) from trail_seals where source = the_source
    $$`.execute(db)
  // Draws the seq of the entry of a removal, which is written once it is known how much that removed. The lock comes
  // first, as with every insert: sealing waits for those that hold it.
  await sql`
    create function draw_entry() returns bigint language plpgsql volatile as $$
    begin
      lock table audit_events in row exclusive mode;
      return nextval(pg_get_serial_sequence('audit_events', 'seq'));
    end $$`.execute(db)
  await sql`
    create function write_entry(the_entry bigint, the_action text, about uuid, about_upload uuid, facts jsonb)
    returns void language sql volatile as $$
      insert into audit_events (seq, action, actor_kind, user_id, upload_id, outcome, details)
      overriding system value
      values (the_entry, the_action, case when the_action in ('trail-pruned', 'audit-pruned') then 'upkeep' else 'service' end,
        about, about_upload, 'done', facts)
    $$`.execute(db)
  await sql
    .raw(`
      create function prune_audit(days integer, most integer, run_by jsonb default '{}') returns bigint
      language plpgsql volatile set likeness.removal = 'retention' as $$
      declare
        the_entry bigint;
        removed bigint := 0;
        sealed bigint := 0;
        last_at timestamptz;
      begin
        perform hold_trail();
        the_entry := draw_entry();
        ${removeEvents(auditEvents, {
          condition: `e.seq = any(array(
            select old.seq from audit_events old where old.at < now() - make_interval(days => days) order by old.at limit most))`,
          until: 'last_at',
        })}
        if removed > 0 then
          perform write_entry(the_entry, 'audit-pruned', null, null,
            jsonb_build_object('events', removed, 'sealed', sealed, 'until', last_at) || run_by);
        end if;
        return removed;
      end $$`)
    .execute(db)
}

/**
 * Statements of a function that delete events, note those that were sealed, and add their numbers to the variables
 * `removed` and `sealed`. The function has drawn `the_entry`.
 * @param removal `condition` on the event `e`; `until` names a variable that gets the time of the last one
 */
export const removeEvents = (
  { name }: TrailTable,
  { condition, until }: { condition: string; until?: string },
): string => `
        with gone as (
          delete from ${name} e where ${condition} returning e.seq, e.at
        ), noted as (
          insert into removed_events (source, seq, entry, gone)
          select '${name}', gone.seq, the_entry, true from gone where gone.seq <= (select sealed_to('${name}'))
          returning 1
        )
        select removed + (select count(*) from gone), sealed + (select count(*) from noted)
          ${until === undefined ? '' : ', (select max(gone.at) from gone)'}
        into removed, sealed${until === undefined ? '' : `, ${until}`};`

/** The same for a part of events, which is emptied. It adds to `redacted` and `sealed`. */
export const redactEvents = (
  table: TrailTable,
  { parts, condition }: { parts: readonly [Part, ...Part[]]; condition: string },
): string => `
        with seen as (
          select e.seq, ${parts.map((part) => `${markOf(part, 's.salt')} as ${part}_mark`).join(', ')}
          from ${table.name} e left join trail_salts s on s.person_id = ${personOf(table, parts[0])}
          where ${condition}
          for update of e
        ), changed as (
          update ${table.name} e set ${parts.map(leftOf).join(', ')} from seen where e.seq = seen.seq
        ), noted as (
          insert into removed_events (source, seq, entry, gone, ${parts.map((part) => `${part}_mark`).join(', ')})
          select '${table.name}', seen.seq, the_entry, false, ${parts.map((part) => `seen.${part}_mark`).join(', ')}
          from seen where seen.seq <= (select sealed_to('${table.name}'))
          returning 1
        )
        select redacted + (select count(*) from seen), sealed + (select count(*) from noted) into redacted, sealed;`

/** Statements that remove what is a person's from `audit_events`: their addresses and devices, and what is about them. */
export const redactAuditOf = (person: string): string =>
  redactEvents(auditEvents, {
    parts: ['actor'],
    condition: `e.actor_id = ${person} and (e.ip is not null or e.user_agent is not null)`,
  }) +
  redactEvents(auditEvents, {
    parts: ['details', 'changes'],
    condition: `(e.user_id = ${person} or e.user_id is null and e.actor_id = ${person}) and e.actor_kind = 'person'
            and (e.details <> '{}' or e.changes is not null)`,
  })
