/*
 * How an event enters a seal (ADR 29). These texts are part of the migrations and of every seal that was made: once
 * released they never change. The hash is computed by the database from the row itself, in the query that asks for it.
 */

/** A table of the trail: its name, and the columns that name nobody's secrets and stay as long as the row. */
export type TrailTable = { readonly name: string; readonly facts: readonly string[] }

/** The table that both services have. */
export const auditEvents: TrailTable = {
  name: 'audit_events',
  facts: ['action', 'actor_kind', 'actor_id', 'actor_role', 'user_id', 'upload_id', 'outcome', 'problem'],
}

/** The parts of an event that an erasure may remove: what each is, whose it is, and what is left of it. */
const parts = {
  actor: {
    values: 'text(e.ip), e.user_agent',
    of: 'e.actor_id, e.user_id',
    left: 'ip = null, user_agent = null',
  },
  details: { values: 'e.details', of: 'e.user_id, e.actor_id', left: "details = '{}'" },
  changes: { values: 'e.changes', of: 'e.user_id, e.actor_id', left: 'changes = null' },
} as const
export type Part = keyof typeof parts
const isGone = {
  actor: 'e.ip is null and e.user_agent is null',
  details: "e.details = '{}'",
  changes: 'e.changes is null',
} as const satisfies Record<Part, string>

/** The person whose salt hides a part of the event `e`. Events about nobody share one. */
export const personOf = (part: Part): string =>
  `coalesce(${parts[part].of}, '00000000-0000-0000-0000-000000000000')`

/** The commitment to a part of the event `e`: who lacks the salt cannot find the value by trying. */
export const markOf = (part: Part, salt: string): string =>
  `sha256(coalesce(${salt}, '') || convert_to(jsonb_build_array('${part}', e.seq, ${parts[part].values})::text, 'UTF8'))`

export const leftOf = (part: Part): string => parts[part].left

/**
 * The hash of the event `e`, from its facts and the commitments to its parts. What an erasure removed is represented by
 * the commitment noted then, which counts only while the part is empty.
 */
export const leafOf = ({ name, facts }: TrailTable): string => {
  const columns = facts.map((column) => `e.${column}`).join(', ')
  const fixed = `convert_to(jsonb_build_array('${name}', e.seq, round(extract(epoch from e.at) * 1000), ${columns})::text, 'UTF8')`
  const mark = (part: Part, salts: string) =>
    `case when r.${part}_mark is not null and ${isGone[part]} then r.${part}_mark else ${markOf(part, `${salts}.salt`)} end`
  return `sha256(${fixed} || ${mark('actor', 'of_actor')} || ${mark('details', 'of_user')} || ${mark('changes', 'of_user')})`
}
