import { createClient, createSession, isProblem, LikenessError } from '@likeness/client'
import { currentLanguage } from '../language/language.js'
import { textsNow, textsOf } from '../language/texts.js'

/** The session of this browser. */
export const session = createSession({ mode: 'cookie', language: currentLanguage })

/** A form tells at once what is wrong, and a query tries again by itself. */
const options = { retries: 0, language: currentLanguage }

/** Without a person. */
export const anonymous = createClient(options)

/** The person who is signed in. */
export const client = createClient({ ...options, getToken: session.getToken })

/** Anything thrown, in words a person can read. */
export function asFault(thrown: unknown): LikenessError {
  if (thrown instanceof LikenessError) return thrown
  return new LikenessError('page-error', { ...textsNow(texts), cause: thrown })
}

/** Whether the link of an e-mail can no longer be used, but another one can. */
export const isDeadLink = (thrown: unknown): boolean => isProblem(thrown, 'token-invalid', 'token-expired')

const texts = textsOf({
  en: { title: 'Something went wrong on this page', detail: 'Reload the page and try again.' },
  fr: {
    title: 'Une erreur s’est produite sur cette page',
    detail: 'Rechargez la page, puis réessayez.',
  },
})
