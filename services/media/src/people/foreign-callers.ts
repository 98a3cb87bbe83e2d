import type { FindForeignCaller } from '@likeness/runtime/auth'
import type { Caller } from '@likeness/runtime/caller'
import { openIssuers } from '@likeness/runtime/issuers/open-issuers'
import { ClaimError } from '@likeness/runtime/issuers/read-claims'
import { findEndedPeople, meetPerson } from '../database/people.table.js'
import type { Deps } from '../deps.js'

/** A session that is ended is known within this time. */
const everyMs = 2_000
/** Longer than a verified token is remembered, so each that was remembered before an end is met with it. */
const lookBackSeconds = 300

/** The people of other logins, as callers. */
export type ForeignCallers = {
  readonly find: FindForeignCaller
  /** Whether their sessions were ended after the token was made, as far as the last look tells. */
  readonly isEnded: (caller: Caller) => boolean
  close(): void
}

/** Nothing to do where ISSUERS names nobody. */
export async function openForeignCallers({
  db,
  config,
  logger,
  enqueue,
}: Pick<Deps, 'db' | 'config' | 'logger' | 'enqueue'>): Promise<ForeignCallers | undefined> {
  if (config.ISSUERS.length === 0) return undefined
  const verify = openIssuers(config.ISSUERS)
  let ended = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined
  let closed = false

  async function look(): Promise<void> {
    try {
      const people = await findEndedPeople(db, lookBackSeconds)
      ended = new Map(people.map(({ id, ended_at }) => [id, ended_at.getTime()]))
    } catch (error) {
      // What is known stays known. Every token that is verified anew is checked against the database anyway.
      logger.debug({ err: error }, 'ended sessions cannot be read; trying again')
    }
    if (!closed) timer = setTimeout(() => void look(), everyMs).unref()
  }
  await look()

  return {
    async find(token) {
      const verified = await verify(token)
      if (!verified) return undefined
      const { person, issuedAt, expiresAt } = verified
      const met = await meetPerson(db, person, issuedAt)
      if (!met) throw new ClaimError('its session has ended')
      if (met.hasImport) enqueue('import-picture', { userId: met.id })
      // All tokens of a person are one session: theirs are ended together.
      return { id: met.id, sessionId: met.id, role: person.role, issuedAt, expiresAt }
    },
    isEnded: ({ id, issuedAt }) => issuedAt <= (ended.get(id) ?? Number.NEGATIVE_INFINITY),
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}
