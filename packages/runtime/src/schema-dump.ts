import { type Kysely, sql } from 'kysely'

/**
 * The tables, constraints, indexes, triggers, functions and sequences of a database as reviewable text, in a stable order.
 * Committed as `schema.sql` of each service; a test fails when it is stale.
 */
export async function dumpSchema<Tables>(db: Kysely<Tables>): Promise<string> {
  const { rows } = await sql<{ line: string }>`
    with tables as (
      select oid, relname from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r' and relname not like 'kysely_%'
    )
    select line from (
      select 1 as part, t.relname as owner, 0 as position, format(E'\ncreate table %I (', t.relname) as line from tables t
      union all
      select 2, t.relname, a.attnum, format('  %I %s%s%s,', a.attname, format_type(a.atttypid, a.atttypmod),
        case when a.attnotnull then ' not null' else '' end,
        coalesce(case a.attgenerated when '' then ' default ' else ' generated always as ' end
          || pg_get_expr(d.adbin, d.adrelid), ''))
      from tables t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
      left join pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum
      union all
      select 3, t.relname, row_number() over (order by c.conname)::int, format('  constraint %I %s,', c.conname, pg_get_constraintdef(c.oid))
      from tables t join pg_constraint c on c.conrelid = t.oid and c.contype <> 'n'
      union all
      select 4, t.relname, 0, ');' from tables t
      union all
      select 5, t.relname, row_number() over (order by i.indexname)::int, i.indexdef || ';'
      from tables t join pg_indexes i on i.schemaname = 'public' and i.tablename = t.relname
      where i.indexname not in (select conname from pg_constraint)
      union all
      select 5, t.relname, 10000 + row_number() over (order by g.tgname)::int, pg_get_triggerdef(g.oid) || ';'
      from tables t join pg_trigger g on g.tgrelid = t.oid and not g.tgisinternal
      union all
      select 6, s.sequencename, 0, format(E'\ncreate sequence %I;', s.sequencename) from pg_sequences s where s.schemaname = 'public'
      union all
      select 6, p.proname,
        row_number() over (order by pg_get_function_identity_arguments(p.oid) collate "C")::int,
        format(E'\n%s;', trim(E'\n' from pg_get_functiondef(p.oid)))
      from pg_proc p
      -- Not those of an extension.
      where p.pronamespace = 'public'::regnamespace
        and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    ) lines
    order by part = 6, owner, part, position`.execute(db)
  return `${rows
    .map((row) => row.line)
    .join('\n')
    .trim()
    .replace(/,\n\);/g, '\n);')}\n`
}
