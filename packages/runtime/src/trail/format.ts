/*
 * How an event enters a seal (ADR 29). These texts are part of the migrations and of every seal that was made: once
 * released they never change. The hash is computed by the database from the row itself, in the query that asks for it.
 */

/**
 * A table of the trail: its name, and the columns that say what happened and stay as long as the row. `about` is the
 * person whose its details are, of an event `e`.
 */
export type TrailTable = { readonly name: string; readonly facts: readonly string[]; readonly about: string }

/** The table that both services have. What a service or upkeep says there is about no person's acts. */
export const auditEvents: TrailTable = {
  name: 'audit_events',
  facts: ['action', 'actor_kind', 'actor_id', 'actor_role', 'user_id', 'upload_id', 'outcome', 'problem'],
  about: `case when e.actor_kind = 'person' then coalesce(e.user_id, e.actor_id) end`,
}

/** The parts of an event that an erasure may empty: what each is, and what is left of it. */
const parts = {
  actor: {
    values: 'text(e.ip), e.user_agent',
    isEmpty: 'e.ip is null and e.user_agent is null',
    left: 'ip = null, user_agent = null',
  },
  details: { values: 'e.details', isEmpty: "e.details = '{}'", left: "details = '{}'" },
  changes: { values: 'e.changes', isEmpty: 'e.changes is null', left: 'changes = null' },
} as const
export type Part = keyof typeof parts

/** The person whose salt hides a part of the event `e`. The events of nobody share one. */
export const personOf = ({ about }: TrailTable, part: Part): string =>
  `coalesce(${part === 'actor' ? 'e.actor_id, e.user_id' : about}, '00000000-0000-0000-0000-000000000000')`

/** The commitment to a part of the event `e`: who lacks the salt cannot find the value by trying. */
export const markOf = (part: Part, salt: string): string => {
  const { values, isEmpty } = parts[part]
  return `case when ${isEmpty} then sha256(convert_to(jsonb_build_array('${part}', e.seq)::text, 'UTF8'))
    else sha256(coalesce(${salt}, '') || convert_to(jsonb_build_array('${part}', e.seq, ${values})::text, 'UTF8')) end`
}

/** What an erasure sets a part to. */
export const leftOf = (part: Part): string => parts[part].left

/**
 * The hash of the event `e`, from its facts and the commitments to its parts. What an erasure emptied is represented by
 * the commitment noted then, which counts only while the part is empty.
 */
export const leafOf = ({ name, facts }: TrailTable): string => {
  const columns = facts.map((column) => `e.${column}`).join(', ')
  const fixed = `convert_to(jsonb_build_array('${name}', e.seq, round(extract(epoch from e.at) * 1000), ${columns})::text, 'UTF8')`
  const mark = (part: Part, salts: string) =>
    `case when r.${part}_mark is not null and ${parts[part].isEmpty} then r.${part}_mark else ${markOf(part, `${salts}.salt`)} end`
  return `sha256(${fixed} || ${mark('actor', 'of_actor')} || ${mark('details', 'of_user')} || ${mark('changes', 'of_user')})`
}
