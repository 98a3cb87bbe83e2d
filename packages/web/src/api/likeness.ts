import { createClient, createSession, isProblem, LikenessError } from '@likeness/client'

// Errors are told in the language of the page, whatever the browser prefers.
const language = document.documentElement.lang

/** The session of this browser. */
export const session = createSession({ mode: 'cookie', language })

/** Without a person. A form tells at once what is wrong, and a query tries again by itself. */
export const anonymous = createClient({ language, retries: 0 })

/** The person who is signed in. */
export const client = createClient({ language, retries: 0, getToken: session.getToken })

/** Anything thrown, in words a person can read. */
export function asFault(thrown: unknown): LikenessError {
  if (thrown instanceof LikenessError) return thrown
  return new LikenessError('page-error', {
    title: 'Something went wrong on this page',
    detail: 'Reload the page and try again.',
    cause: thrown,
  })
}

/** Whether the link of an e-mail can no longer be used, but another one can. */
export const isDeadLink = (thrown: unknown): boolean => isProblem(thrown, 'token-invalid', 'token-expired')
