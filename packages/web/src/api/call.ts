import type { Endpoint } from '@likeness/contracts'
import { type AnswerOf, call as callEndpoint, type Input } from '@likeness/contracts/call'
import { accepted, type Wanted } from './accepted.js'

type Options = { readonly token?: string; readonly signal?: AbortSignal }

/**
 * Calls an endpoint of this origin.
 * @throws Fault, or the signal's reason when it was aborted
 */
export function call<const Called extends Endpoint>(
  endpoint: Called,
  input: Input<Called>,
  { token, signal }: Options = {},
): Promise<Wanted<AnswerOf<Called>>> {
  const connection = {
    origin: '',
    headers: commonHeaders(token),
    cache: 'no-store',
    ...(signal && { signal }),
  } as const
  return accepted(callEndpoint(connection, endpoint, input), signal)
}

/** Answers come in the language of the page, whatever the browser prefers. */
export function commonHeaders(token: string | undefined): Record<string, string> {
  return {
    'accept-language': document.documentElement.lang,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
}
