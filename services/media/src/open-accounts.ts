import type { Endpoint } from '@likeness/contracts'
import type { toAccounts } from '@likeness/contracts/endpoints'
import { type CallService, openServiceCaller } from '@likeness/runtime/call-service'
import type { Database } from '@likeness/runtime/database'
import { initialsOf } from '@likeness/runtime/initials'
import type { MediaConfig } from './config.js'
import type { Tables } from './database/database.js'
import { findPerson, type PersonRow } from './database/people.table.js'

type Called = (typeof toAccounts)[keyof typeof toAccounts]['id']
type Answer = { readonly status: number; readonly body?: unknown }

/**
 * The accounts service, and what stands for it about people of another login: the database tells who they are, and
 * nobody keeps a profile of theirs to be told. Without an accounts service, everybody is one of them or unknown.
 */
export function openAccounts(
  { ACCOUNTS_URL: origin, SERVICE_SECRET: secret, ISSUERS: issuers }: MediaConfig,
  db: Database<Tables>,
): CallService<'accounts'> {
  const accounts =
    origin === undefined ? undefined : openServiceCaller({ to: 'accounts', from: 'media', origin, secret })
  if (accounts && issuers.length === 0) return accounts
  const answer = async (
    endpoint: Endpoint,
    input: { params?: { id?: string } },
    options?: { timeoutMs?: number },
  ): Promise<unknown> => {
    const id = input.params?.id
    const person = id === undefined ? undefined : await findPerson(db, id)
    if (accounts && !person) return accounts(endpoint as never, input as never, options)
    return endpoint.id === ('listEndedSessions' satisfies Called) || person
      ? { ok: true, headers: new Headers(), ...answerAbout(endpoint.id as Called, person) }
      : { ok: false, status: 404, headers: new Headers(), problem: { code: 'user-not-found' } }
  }
  return answer as CallService<'accounts'>
}

function answerAbout(endpoint: Called, person: PersonRow | undefined): Answer {
  switch (endpoint) {
    case 'listEndedSessions':
      return { status: 200, body: { sessions: [], until: '' } }
    case 'readInitials':
      return { status: 200, body: { initials: initialsOf(person?.name ?? '') } }
    default:
      return { status: 204, body: undefined }
  }
}
